package judge

import "plumbline.dev/engine/gatekeeper/internal/match"

// matches asks the object and the old object: either is enough.
func (c *constraint) matches(r *review) match.Answer {
	last := match.Answer{}
	for _, subject := range r.subjects {
		answer := c.match.Test(subject)
		if answer.Matches || answer.Err != nil {
			return answer
		}
		if answer.Undecided != "" {
			last = answer
		}
	}
	return last
}
