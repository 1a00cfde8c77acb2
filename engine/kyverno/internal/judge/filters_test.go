package judge

import (
	"encoding/json"
	"testing"
)

func TestConfigurationKeepsRequestsAway(t *testing.T) {
	policy := `{"id":"p","object":{"apiVersion":"kyverno.io/v1","kind":"ClusterPolicy","metadata":{"name":"teams"},"spec":{"rules":[
		{"name":"label","match":{"any":[{"resources":{"kinds":["ConfigMap"]}}]},
		 "validate":{"failureAction":"Enforce","message":"no team","pattern":{"metadata":{"labels":{"team":"?*"}}}}}]}}}`
	tests := []struct {
		name, data string
		want       int
	}{
		{name: "nothing set up", data: `{}`, want: 1},
		{name: "a filter of the namespace", data: `{"resourceFilters":"[ConfigMap,shop,*]"}`},
		{name: "a filter of another one", data: `{"resourceFilters":"[ConfigMap,kube-system,*]"}`, want: 1},
		{name: "a selector of the webhook", data: `{"webhooks":"{\"namespaceSelector\":{\"matchLabels\":{\"judged\":\"yes\"}}}"}`},
		{name: "a selector that fits", data: `{"webhooks":"{\"namespaceSelector\":{\"matchLabels\":{\"env\":\"prod\"}}}"}`, want: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			question := `{"policies":[` + policy + `,{"id":"c","object":{"apiVersion":"v1","kind":"ConfigMap",
				"metadata":{"name":"kyverno","namespace":"kyverno"},"data":` + test.data + `}}],
				"context":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"env":"prod"}}}],"complete":"all",
				"requests":[{"id":"r","operation":"CREATE","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}}}]}`
			if !json.Valid([]byte(question)) {
				t.Fatal("the question is no JSON")
			}
			answer := Answer([]byte(question))
			if len(answer.Results) != test.want || len(answer.Problems) != 0 {
				t.Errorf("results %v, problems %v, not %d results", answer.Results, answer.Problems, test.want)
			}
		})
	}
}
