package traces

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Bounds of a search. A store may bring whole traces to make a list of them, so a list is not endless.
const (
	limit      = 100
	maxLimit   = 1500 // Jaeger's own
	maxTagSets = 8
)

const (
	recentEvery = 15 * time.Second // how often the recent traces are asked for
	sinceMargin = 10 * time.Minute // how long before an alert its cause is looked for
)

// every is how often a query is asked: the recent traces follow the clock, a list that explains something stays still
// until the operator asks anew.
func every(q page.TraceQuery) time.Duration {
	if recent(q) {
		return recentEvery
	}
	return feed.Once
}

// recent tells whether q is not about anything particular.
func recent(q page.TraceQuery) bool {
	return q.Title == "" && q.Service == "" && len(q.Tags) == 0 && len(q.SpanTags) == 0 && q.Operation == "" && q.Histogram == ""
}

// exact tells whether q was typed into the search form: it is answered as it stands, with nothing less particular.
func exact(q page.TraceQuery) bool { return q.Service != "" }

func limitOf(q page.TraceQuery) int {
	if q.Limit > 0 {
		return min(q.Limit, maxLimit)
	}
	return limit
}

// attempt is one way to find the traces: its searches are asked together and their answers joined. Attempts get less
// and less particular; the next one is made when the one before has answered and found nothing.
type attempt struct {
	operation string // the query's, or "" for any
	tagged    bool   // with the query's tags, else with none
	min       time.Duration
	searches  []feed.Request
}

// attempts are the ways to answer q, the most particular first, the last being all traces of the service. least is the
// duration that makes a span worth a look; where nothing takes so long, the bound goes first.
func attempts(c page.Context, q page.TraceQuery, svc string, least time.Duration) []attempt {
	if svc == "" {
		return nil
	}
	tags := len(q.Tags)+len(q.SpanTags) > 0
	if exact(q) {
		return []attempt{newAttempt(c, q, svc, q.Operation, tags, q.Min)}
	}
	var out []attempt
	add := func(operation string, tagged bool) {
		if least > q.Min && (q.Max == 0 || least < q.Max) {
			out = append(out, newAttempt(c, q, svc, operation, tagged, least))
		}
		out = append(out, newAttempt(c, q, svc, operation, tagged, q.Min))
	}
	if q.Operation != "" {
		add(q.Operation, tags)
	}
	if tags {
		add("", true)
	}
	if q.Operation == "" && !tags {
		add("", false)
		return out
	}
	return append(out, newAttempt(c, q, svc, "", false, q.Min))
}

// newAttempt makes one request per tag set; when errors are wanted, as many again for failed ones only, which the
// newest traces may not hold.
func newAttempt(c page.Context, q page.TraceQuery, svc, operation string, tagged bool, least time.Duration) attempt {
	a := attempt{operation: operation, tagged: tagged, min: least}
	window, start, end := reach(c, q)
	add := func(tags map[string]string) {
		a.searches = append(a.searches, feed.Request{Kind: feed.Search, Window: window, Every: every(q), Search: sources.TraceSearch{
			Service: svc, Operation: operation, Tags: sources.JoinTags(tags), Start: start, End: end, Min: least, Max: q.Max, Limit: limitOf(q),
		}})
	}
	variants := []map[string]string{{}}
	if tagged {
		variants = tagVariants(c, q)
	}
	for _, v := range variants {
		add(v)
		if q.Errors && v["error"] == "" {
			failed := maps.Clone(v)
			failed["error"] = "true"
			add(failed)
		}
	}
	return a
}

// reach is the time that q searches: a window back from now, or from start to end; a zero end is now.
func reach(c page.Context, q page.TraceQuery) (window time.Duration, start, end time.Time) {
	switch {
	case q.Since.IsZero() && q.Until.IsZero():
		return c.Window, start, end
	case q.Since.IsZero():
		return 0, q.Until.Add(-c.Window), q.Until
	case !q.Until.IsZero() || exact(q):
		return 0, q.Since, q.Until
	case c.Now.Sub(q.Since) > c.Window:
		return c.Window, start, end
	}
	return 0, q.Since.Add(-sinceMargin).Truncate(time.Minute), end // what made an alert fire came before it
}

// reachWords are the time that q searches: "in the last 1 h", "since 13:41".
func reachWords(c page.Context, q page.TraceQuery) string {
	window, start, end := reach(c, q)
	clock := func(t time.Time) string {
		if d := c.Wall.Sub(t); d > 12*time.Hour || d < -12*time.Hour {
			return c.Zone(t).Format("01-02 15:04")
		}
		return c.Zone(t).Format("15:04")
	}
	switch {
	case window > 0 && !c.Live:
		return "in the " + spanWords(window) + " before " + clock(c.Now)
	case window > 0:
		return "in the last " + spanWords(window)
	case end.IsZero():
		return "since " + clock(start)
	}
	return "from " + clock(start) + " to " + clock(end)
}

// tagVariants are the tag sets that name the concepts by each of their names: a search takes tags that must all match,
// so that one search is needed for every spelling.
func tagVariants(c page.Context, q page.TraceQuery) []map[string]string {
	own := maps.Clone(q.SpanTags)
	if own == nil {
		own = map[string]string{}
	}
	variants := []map[string]string{own}
	for _, concept := range slices.Sorted(maps.Keys(q.Tags)) {
		var next []map[string]string
		for _, v := range variants {
			for _, name := range c.NamesOf(concept) {
				if len(next) == maxTagSets {
					break
				}
				w := maps.Clone(v)
				w[name] = q.Tags[concept]
				next = append(next, w)
			}
		}
		variants = next
	}
	return variants
}

// tagWords names the tags: "tenant_id or tenant.id = acme-corp".
func tagWords(c page.Context, q page.TraceQuery) string {
	var parts []string
	for _, concept := range slices.Sorted(maps.Keys(q.Tags)) {
		parts = append(parts, strings.Join(c.NamesOf(concept), " or ")+" = "+q.Tags[concept])
	}
	for _, name := range slices.Sorted(maps.Keys(q.SpanTags)) {
		parts = append(parts, name+" = "+q.SpanTags[name])
	}
	return strings.Join(parts, " and ")
}

// boundWords are bounds of a duration: "812 ms and longer", "500 ms to 1 s"; "" for none.
func boundWords(least, most time.Duration) string {
	switch {
	case least > 0 && most > 0:
		return spanWords(least) + " to " + spanWords(most)
	case least > 0:
		return spanWords(least) + " and longer"
	case most > 0:
		return spanWords(most) + " and shorter"
	}
	return ""
}

// asked is what a searched for: "search_vectors, tenant_id = acme-corp, 812 ms and longer".
func (a attempt) asked(c page.Context, q page.TraceQuery) string {
	var parts []string
	if a.operation != "" {
		parts = append(parts, a.operation)
	}
	if a.tagged {
		parts = append(parts, tagWords(c, q))
	}
	if b := boundWords(a.min, q.Max); b != "" {
		parts = append(parts, b)
	}
	return strings.Join(parts, ", ")
}

// missed is what is said when a found nothing.
func (a attempt) missed(c page.Context, q page.TraceQuery) string {
	subject := strings.TrimSpace("no "+a.operation) + " span"
	bounds := boundWords(a.min, q.Max)
	switch {
	case a.tagged && bounds != "":
		return subject + " of " + bounds + " carries " + tagWords(c, q)
	case a.tagged:
		return subject + " carries " + tagWords(c, q)
	case bounds != "":
		return subject + " takes " + bounds
	}
	return "no span is called " + a.operation
}

// shows is what is said of a where those before it found nothing.
func (a attempt) shows(q page.TraceQuery) string {
	tag := "that tag"
	if len(q.Tags)+len(q.SpanTags) > 1 {
		tag = "those tags"
	}
	out := "all traces"
	switch {
	case a.operation != "" && a.tagged:
		out += " with that operation and " + tag
	case a.operation != "":
		out += " with that operation"
	case a.tagged:
		out += " with " + tag
	}
	if b := boundWords(a.min, q.Max); b != "" {
		out += ", " + b + ","
	}
	return out
}

// tenantAsked is the tenant that the tags of q name; "" for none.
func tenantAsked(c page.Context, q page.TraceQuery) string {
	return cmp.Or(q.Tags[page.TagTenant], c.TenantOf(q.SpanTags))
}
