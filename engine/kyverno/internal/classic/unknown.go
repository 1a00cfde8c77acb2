package classic

import (
	"regexp"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	engineutils "github.com/kyverno/kyverno/pkg/engine/utils"
)

// unknowns are what a request does not tell and rules may ask for.
type unknowns struct{ user, namespace bool }

// concerns tells whether a filter asks for what is unknown.
func (u unknowns) concerns(filter kyvernov1.ResourceFilter) bool {
	return (u.user && !filter.UserInfo.IsEmpty()) || (u.namespace && filter.NamespaceSelector != nil)
}

// blind gives a filter without what is unknown.
func (u unknowns) blind(filter kyvernov1.ResourceFilter) kyvernov1.ResourceFilter {
	if u.user {
		filter.UserInfo = kyvernov1.UserInfo{}
	}
	if u.namespace {
		filter.NamespaceSelector = nil
	}
	return filter
}

// loosen gives a rule that matches whatever it would match for some user and some labels of the namespace.
func loosen(rule kyvernov1.Rule, unknown unknowns) kyvernov1.Rule {
	return vary(rule, unknown, false)
}

// tighten gives a rule that matches only what it would match for every user and all labels; false if that is nothing.
func tighten(rule kyvernov1.Rule, unknown unknowns) (kyvernov1.Rule, bool) {
	if (len(rule.MatchResources.Any) == 0) && anyConcerns(filters(rule.MatchResources), unknown) {
		return rule, false
	}
	tight := vary(rule, unknown, true)
	if len(rule.MatchResources.Any) > 0 && len(tight.MatchResources.Any) == 0 {
		return rule, false
	}
	return tight, !excludesBlindly(rule, unknown)
}

// excludesBlindly tells whether an exclusion asks for the unknown alone, so that it may take everything.
func excludesBlindly(rule kyvernov1.Rule, unknown unknowns) bool {
	if rule.ExcludeResources == nil {
		return false
	}
	for _, filter := range filters(*rule.ExcludeResources) {
		blind := unknown.blind(filter)
		if unknown.concerns(filter) && blind.UserInfo.IsEmpty() && blind.ResourceDescription.IsEmpty() {
			return true
		}
	}
	return false
}

func anyConcerns(filters kyvernov1.ResourceFilters, unknown unknowns) bool {
	for _, filter := range filters {
		if unknown.concerns(filter) {
			return true
		}
	}
	return false
}

// vary leaves out filters that ask for the unknown where they must not count, and blinds them where they must.
func vary(rule kyvernov1.Rule, unknown unknowns, isTight bool) kyvernov1.Rule {
	if unknown == (unknowns{}) {
		return rule
	}
	rule.MatchResources = varyMatch(rule.MatchResources, unknown, !isTight)
	if rule.ExcludeResources != nil {
		exclude := varyMatch(*rule.ExcludeResources, unknown, isTight)
		rule.ExcludeResources = &exclude
	}
	return rule
}

func varyMatch(match kyvernov1.MatchResources, unknown unknowns, isWide bool) kyvernov1.MatchResources {
	var all kyvernov1.ResourceFilters
	for _, filter := range filters(match) {
		switch {
		case !unknown.concerns(filter):
			all = append(all, filter)
		case isWide:
			all = append(all, unknown.blind(filter))
		}
	}
	if len(match.All) > 0 {
		// One filter that cannot hold makes the whole not hold.
		if !isWide && len(all) < len(match.All) {
			return kyvernov1.MatchResources{}
		}
		return kyvernov1.MatchResources{All: all}
	}
	if len(match.Any) > 0 || len(all) == 0 {
		return kyvernov1.MatchResources{Any: all}
	}
	return kyvernov1.MatchResources{ResourceDescription: all[0].ResourceDescription, UserInfo: all[0].UserInfo}
}

// asksForUser finds variables that say who asks. https://kyverno.io/docs/writing-policies/variables/
var asksForUser = regexp.MustCompile(`request\.(userInfo|roles|clusterRoles)|serviceAccountNam`)

// asksForNamespace finds the CEL variable that is the object's Namespace.
var asksForNamespace = regexp.MustCompile(`namespaceObject`)

// whyUnsure says what a rule's word rests on that is not known; nothing when it holds in any case.
func (s *subject) whyUnsure(rule *meant) string {
	switch {
	case s.unknown == (unknowns{}):
		return ""
	case rule.tight == nil || s.matches(*rule.tight) != nil:
		return s.unknown.reason(rule.rule)
	case s.unknown.user && rule.asksForUser:
		return "depends on who asks, which is not known"
	case s.unknown.namespace && rule.asksForNamespace:
		return "depends on the Namespace " + s.namespace + ", which is not known here"
	default:
		return ""
	}
}

func (u unknowns) reason(rule kyvernov1.Rule) string {
	matched := filters(rule.MatchResources)
	if rule.ExcludeResources != nil {
		matched = append(append(kyvernov1.ResourceFilters{}, matched...), filters(*rule.ExcludeResources)...)
	}
	if u.namespace && anyConcerns(matched, unknowns{namespace: true}) {
		return "matches by labels of the namespace, which are not known here"
	}
	return "matches by who asks, which is not known"
}

// matches tells by an error whether a rule does not match the request.
func (s *subject) matches(rule kyvernov1.Rule) error {
	resource := s.object
	if resource.Object == nil {
		resource = s.oldObject
	}
	info := kyvernov2.RequestInfo{}
	if s.info != nil {
		info = *s.info
	}
	return engineutils.MatchesResourceDescription(
		resource, rule, info, s.namespaceLabels, "", s.gvk, s.subresource, s.operation,
	)
}
