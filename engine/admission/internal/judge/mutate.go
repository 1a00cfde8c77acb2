package judge

import "plumbline.dev/engine/admission/internal/question"

func (j *judge) mutate(*request) []question.Result { return nil }
