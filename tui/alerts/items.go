package alerts

// What there is to list: every active alert with its rule and what Alertmanager holds of it, and every rule.

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// state is where an alert, or a rule without one, stands; the order is that of the list.
type state int

const (
	firing state = iota
	pending
	failing   // a rule that can't be evaluated
	silenced  // it notifies nobody
	inhibited // by another alert: neither does it
	inactive
	states
)

// instance is an active alert.
type instance struct {
	sources.Alert
	rule *sources.Rule         // nil: it is known to Alertmanager only
	held *sources.ManagedAlert // nil: Alertmanager does not hold it
	own  bool                  // the rule's alert in this Prometheus
	id   string                // see key
	text string                // what the filter looks at
}

func (i *instance) key() string {
	if i.id == "" {
		i.id = "a" + i.Labels.Key()
	}
	return i.id
}

func (i *instance) state() state {
	switch {
	case i.Quiet() == "silenced":
		return silenced
	case i.Quiet() == "inhibited":
		return inhibited
	case i.State == sources.Pending:
		return pending
	}
	return firing
}

// matched are the labels that a silence's matchers are tested against: Alertmanager's where it holds the alert.
func (i *instance) matched() labelled {
	if i.held != nil {
		return labelled{i.held.Labels, i.held.Altered}
	}
	return labelled{i.Labels, i.Altered}
}

func (i *instance) search() string {
	if i.text == "" {
		words := []string{i.Name, i.Severity, string(i.State), stateWord(i.state()), labelText(i.Labels)}
		if i.rule != nil {
			words = append(words, i.rule.Group, i.rule.File)
		}
		for _, name := range noteNames {
			words = append(words, i.Annotations[name])
		}
		i.text = strings.ToLower(strings.Join(words, "\n"))
	}
	return i.text
}

// broken tells whether a rule could not be evaluated.
func broken(r *sources.Rule) bool { return r.Health == "err" || r.LastError != "" && r.Health != "ok" }

func ruleState(r *sources.Rule) state {
	if broken(r) {
		return failing
	}
	return inactive
}

// waits tells that a rule has not been evaluated yet. Of the past the health of rules is not kept.
func waits(r *sources.Rule, live bool) bool { return r.Health == "unknown" && live }

// ruleWord is the word for where a rule without an active alert stands.
func ruleWord(st state, waits bool) string {
	switch {
	case st == failing:
		return "rule fails"
	case waits:
		return "not evaluated"
	}
	return "inactive"
}

func ruleKey(r *sources.Rule) string {
	return "r" + r.File + "/" + r.Group + "/" + r.Name + "/" + r.Expr
}

func ruleSearch(r *sources.Rule) string {
	return strings.ToLower(strings.Join([]string{r.Name, r.Labels["severity"], stateWord(ruleState(r)), r.Group, r.File, labelText(r.Labels), r.LastError}, "\n"))
}

// data is everything that is known, joined; it is made anew when the snapshots change.
type data struct {
	instances []*instance     // worst first
	idle      []*sources.Rule // see idle
	managed   map[string]*sources.ManagedAlert
	silences  map[string]*sources.Silence
	stamp     stamp
	live      bool // what is known is of now: of the past, the health of rules is not kept
}

// stamp tells whether data is still that of the snapshots.
type stamp struct {
	reader                           feed.Reader
	alerts, rules, managed, silences time.Time
}

func stampOf(c page.Context) stamp {
	d := c.Data
	return stamp{d, d.Alerts().At, d.Rules().At, d.Managed().At, d.Silences().At}
}

func join(c page.Context) *data {
	d := &data{managed: map[string]*sources.ManagedAlert{}, silences: map[string]*sources.Silence{}, stamp: stampOf(c), live: c.Live}
	held, silences, rules := c.Data.Managed().Value, c.Data.Silences().Value, c.Data.Rules().Value
	for i := range held {
		d.managed[held[i].Fingerprint] = &held[i]
	}
	for i := range silences {
		d.silences[silences[i].ID] = &silences[i]
	}
	byName := map[string][]*sources.Rule{}
	for i := range rules {
		byName[rules[i].Name] = append(byName[rules[i].Name], &rules[i])
	}
	owner := owners(byName)
	for _, a := range c.Data.Alerts().Value {
		i := &instance{Alert: a}
		if a.Fingerprint != "" {
			i.held = d.managed[a.Fingerprint]
		}
		if i.rule, i.own = owner(i); i.rule == nil {
			if named := byName[a.Name]; len(named) > 0 {
				i.rule = named[0]
			}
		}
		d.instances = append(d.instances, i)
	}
	slices.SortStableFunc(d.instances, func(a, b *instance) int {
		return cmp.Or(cmp.Compare(a.state(), b.state()), cmp.Compare(sources.SeverityRank(b.Severity), sources.SeverityRank(a.Severity)))
	})
	d.idle = idle(rules)
	return d
}

// idle are the rules that are listed by themselves: those without an active alert, and those that fail.
func idle(rules []sources.Rule) []*sources.Rule {
	var out []*sources.Rule
	for i := range rules {
		if r := &rules[i]; len(r.Alerts) == 0 || broken(r) {
			out = append(out, r)
		}
	}
	return out
}

// Idle is a rule that the list shows by itself: the word that it has there, and the key that selects it (page.SelectMsg).
type Idle struct {
	*sources.Rule
	Standing, Key string
}

// Idles are the rules that the list shows by themselves.
func Idles(c page.Context) []Idle {
	var out []Idle
	for _, r := range idle(c.Data.Rules().Value) {
		out = append(out, Idle{r, ruleWord(ruleState(r), waits(r, c.Live)), ruleKey(r)})
	}
	return out
}

// owners finds the rule that an alert is of. Label sets are compared only where several rules share its name: alerts that
// only Alertmanager knows are joined without a value, and are no rule's own.
func owners(byName map[string][]*sources.Rule) func(*instance) (*sources.Rule, bool) {
	byKey := map[string]*sources.Rule{}
	indexed := map[string]bool{}
	return func(i *instance) (*sources.Rule, bool) {
		named := byName[i.Name]
		if len(named) == 0 || i.Known && math.IsNaN(i.Value) {
			return nil, false
		}
		if len(named) == 1 {
			return named[0], true
		}
		if !indexed[i.Name] {
			indexed[i.Name] = true
			for _, r := range named {
				for _, a := range r.Alerts {
					byKey["a"+a.Labels.Key()] = r
				}
			}
		}
		r := byKey[i.key()]
		return r, r != nil
	}
}

// noteNames are the annotations that say what an alert means, in the order in which they are shown.
var noteNames = []string{"summary", "description", "message"}

func labelOrder(l sources.Labels) []string {
	return slices.SortedFunc(maps.Keys(l), page.CompareLabels)
}

// labelText is "name=value" of each label; what comes last is what gives way on a narrow screen.
func labelText(l sources.Labels) string {
	var parts []string
	for _, name := range labelOrder(l) {
		parts = append(parts, name+"="+l[name])
	}
	return strings.Join(parts, " ")
}

// whom are the labels that tell an alert from the others of its name: without those that its rule puts on each.
func (i *instance) whom() sources.Labels {
	l := i.Labels.Without("alertname", "severity")
	if i.rule != nil {
		for name, value := range i.rule.Labels {
			if l[name] == value {
				delete(l, name)
			}
		}
	}
	return l
}
