package judge

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/contract"
)

// expected is an entry of expected.yaml.
type expected struct {
	Policy    string
	Rule      string
	Resource  string
	Result    string
	Message   string
	Excluded  bool
	OrSkip    bool
	Patched   bool
	Unchanged bool
}

// tally counts how answers compare with what Kyverno's command line says.
type tally struct {
	total, agree, wrong, undecided, other int
	patched, patchedEqual                 int
	message, messageEqual                 int
	misses                                []string
}

// The cases are shared with the project's other tools; PLUMBLINE_POLICY_CASES names their folder.
func TestSharedCases(t *testing.T) {
	folder := os.Getenv("PLUMBLINE_POLICY_CASES")
	if folder == "" {
		t.Skip("PLUMBLINE_POLICY_CASES does not name the folder of the shared policy cases")
	}
	for _, suite := range []string{"kyverno-policies", "kyverno-cli"} {
		cases, err := filepath.Glob(filepath.Join(folder, suite, "*", "expected.yaml"))
		if err != nil || len(cases) == 0 {
			t.Fatalf("no cases of %s: %v", suite, err)
		}
		var count tally
		for _, file := range cases {
			count.runCase(t, filepath.Dir(file))
		}
		for _, miss := range count.misses {
			t.Log(miss)
		}
		t.Logf("%s: %d of %d agree, %d wrong, %d undecided, %d otherwise; patched %d of %d; messages %d of %d", suite,
			count.agree, count.total, count.wrong, count.undecided, count.other, count.patchedEqual, count.patched,
			count.messageEqual, count.message)
		if count.agree != count.total || count.patchedEqual != count.patched || count.messageEqual != count.message {
			t.Errorf("%s: a verdict, a message or a patched object is another", suite)
		}
	}
}

func readDocuments(t *testing.T, file string) []contract.Object {
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil
	}
	var objects []contract.Object
	for _, part := range regexp.MustCompile(`(?m)^---\s*$`).Split(string(text), -1) {
		var object contract.Object
		if err := yaml.Unmarshal([]byte(part), &object); err != nil {
			t.Fatal(file, err)
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
	return objects
}

// question makes the question of a case.
func question(t *testing.T, folder string) contract.Question {
	q := contract.Question{Complete: contract.Complete{All: true}}
	user := &contract.User{}
	for i, object := range readDocuments(t, filepath.Join(folder, "policies.yaml")) {
		q.Policies = append(q.Policies, contract.Document{ID: fmt.Sprint("policy", i), Object: object})
	}
	for _, object := range readDocuments(t, filepath.Join(folder, "context.yaml")) {
		switch object["kind"] {
		case "Values":
			q.Settings.KyvernoValues = append(q.Settings.KyvernoValues, object)
		case "UserInfo":
			reread(t, object["userInfo"], user)
			reread(t, object, user)
		default:
			q.Context = append(q.Context, object)
		}
	}
	for i, object := range readDocuments(t, filepath.Join(folder, "resources.yaml")) {
		id := fmt.Sprint("request", i)
		q.Requests = append(q.Requests, contract.Request{ID: id, Object: object, User: user})
	}
	return q
}

func reread(t *testing.T, from, into any) {
	text, _ := json.Marshal(from)
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func title(object contract.Object) string {
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	own, _ := metadata["name"].(string)
	return fmt.Sprintf("%v/%s/%s", object["kind"], namespace, own)
}

func (c *tally) runCase(t *testing.T, folder string) {
	q := question(t, folder)
	answer := Judge(q)
	patched := map[string]contract.Object{}
	for _, object := range readDocuments(t, filepath.Join(folder, "patched.yaml")) {
		patched[simple(title(object))] = object
	}
	raw, _ := os.ReadFile(filepath.Join(folder, "expected.yaml"))
	var all []expected
	if err := yaml.Unmarshal(raw, &all); err != nil {
		t.Fatal(folder, err)
	}
	kinds := map[string]string{}
	for _, document := range q.Policies {
		kinds[name(document.Object)] = fmt.Sprint(document.Object["kind"])
	}
	for _, each := range all {
		if strings.Contains(kinds[each.Policy], "AdmissionPolicy") {
			continue
		}
		c.compare(folder, each, answer, q.Requests, patched)
	}
	for _, problem := range answer.Problems {
		c.misses = append(c.misses, fmt.Sprintf("%s: problem: %s at %s", filepath.Base(folder), problem.Message, problem.At))
	}
}

// simple writes an empty namespace as `default`, as the command line does.
func simple(title string) string { return strings.Replace(title, "//", "/default/", 1) }

func (c *tally) compare(folder string, want expected, answer contract.Answer, requests []contract.Request, patched map[string]contract.Object) {
	c.total++
	names := map[string]string{}
	for _, request := range requests {
		names[request.ID] = title(request.Object)
	}
	var found *contract.Result
	for i, each := range answer.Results {
		if each.Policy == want.Policy && simple(names[each.Request]) == simple(want.Resource) && sameRule(each.Rule, want.Rule) {
			found = &answer.Results[i]
			break
		}
	}
	result := "skip"
	message := "(no result)"
	if found != nil {
		result, message = string(found.Result), found.Message+" "+found.Reason
	}
	switch {
	case result == want.Result || (want.OrSkip && result == "skip"):
		c.agree++
		c.compareMessage(folder, want, found)
	case result == "undecided":
		c.undecided++
	case (result == "pass" && want.Result == "fail") || (result == "fail" && want.Result == "pass"):
		c.wrong++
	default:
		c.other++
	}
	if result != want.Result && !(want.OrSkip && result == "skip") {
		c.misses = append(c.misses, fmt.Sprintf("%s: %s/%s %s: %s, not %s: %s", filepath.Base(folder), want.Policy, want.Rule, want.Resource, result, want.Result, message))
	}
	if want.Patched {
		for _, request := range requests {
			if simple(title(request.Object)) == simple(want.Resource) {
				c.comparePatched(folder, want, answer, request, patched[simple(want.Resource)])
				break
			}
		}
	}
}

func (c *tally) compareMessage(folder string, want expected, found *contract.Result) {
	if want.Message == "" || found == nil {
		return
	}
	c.message++
	if strings.Contains(strings.Join(strings.Fields(found.Message), " "), strings.Join(strings.Fields(want.Message), " ")) {
		c.messageEqual++
		return
	}
	c.misses = append(c.misses, fmt.Sprintf("%s: %s %s: message %q, not %q", filepath.Base(folder), want.Policy, want.Resource, found.Message, want.Message))
}

// comparePatched holds the object as all mutations leave it against what the command line prints, which writes out empty
// parts of typed objects and puts what has no namespace into `default`.
func (c *tally) comparePatched(folder string, want expected, answer contract.Answer, request contract.Request, object contract.Object) {
	c.patched++
	final := request.Object
	for _, each := range answer.Results {
		if each.Request == request.ID && each.Patched != nil {
			final = each.Patched
		}
	}
	var got contract.Object
	text, _ := json.Marshal(final)
	_ = json.Unmarshal(text, &got)
	if equality.Semantic.DeepEqual(plain(got), plain(object)) {
		c.patchedEqual++
		return
	}
	one, _ := yaml.Marshal(got)
	other, _ := yaml.Marshal(object)
	c.misses = append(c.misses, fmt.Sprintf("%s: %s %s is patched otherwise:\n%s--- not\n%s", filepath.Base(folder), want.Policy, want.Resource, one, other))
}

func plain(object contract.Object) any {
	if metadata, ok := object["metadata"].(map[string]any); ok && metadata["namespace"] == "default" {
		delete(metadata, "namespace")
	}
	return prune(object)
}

// prune leaves empty objects out.
func prune(value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, child := range value {
			child = prune(child)
			if inner, ok := child.(map[string]any); child == nil || (ok && len(inner) == 0) {
				continue
			}
			kept[key] = child
		}
		return kept
	case []any:
		kept := []any{}
		for _, child := range value {
			kept = append(kept, prune(child))
		}
		return kept
	default:
		return value
	}
}

func sameRule(got, want string) bool {
	base := func(name string) string {
		return strings.TrimPrefix(strings.TrimPrefix(name, "autogen-cronjob-"), "autogen-")
	}
	return want == "" || base(got) == base(want)
}
