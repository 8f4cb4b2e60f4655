package dashboard

// A tenant's own page: a dashboard whose queries leave the tenant open.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// ForTenant is d with $tenant standing for a tenant in all its queries, and its alerts and traces being the tenant's.
func (d Dashboard) ForTenant(id string) Dashboard {
	d.Title = strings.TrimSpace(d.Title + " " + id)
	d.Panels = slices.Clone(d.Panels)
	for i := range d.Panels {
		p := &d.Panels[i]
		p.Tenant = id
		p.Queries = slices.Clone(p.Queries)
		for k := range p.Queries {
			p.Queries[k].Tenant = id
		}
	}
	return d
}

// AlertTenant is the tenant that an alert's labels name; "" for none, an alert of the whole service.
func AlertTenant(v Vocabulary, a sources.Alert) string {
	names := []string{"tenant_id", "tenant"}
	if v != nil {
		for _, concept := range []string{"requests", "searches"} {
			if name, ok := v.Label(concept, "tenant"); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		if id := a.Labels[name]; id != "" {
			return id
		}
	}
	return ""
}

// tenantAlerts leaves the alerts that name the panel's tenant, and counts those that name none.
func (d *Data) tenantAlerts(env Env) {
	var own []sources.Alert
	for _, a := range d.Alerts {
		switch AlertTenant(env.Vocab, a) {
		case d.Panel.Tenant:
			own = append(own, a)
		case "":
			if a.State == sources.Firing && !a.Muted() {
				d.ServiceWide++
			}
		}
	}
	d.Alerts = own
	if d.ServiceWide > 0 {
		d.Facts = append(d.Facts, fmt.Sprintf("%d firing for the whole service", d.ServiceWide))
	}
}

const (
	tracesLimit = 20 // of one search
	tracesFirst = 3  // of the failed, and of the others, that stand before all else
	tracesEvery = time.Minute
)

// searches asks for the tenant's newest traces and for those of them that failed, by each tag that may name it.
func (p Panel) searches(env Env) []feed.Request {
	if p.Tenant == "" || env.TraceService == "" || env.Window <= 0 {
		return nil
	}
	var out []feed.Request
	for tag := range strings.SplitSeq(env.TenantTags, ",") {
		for _, failed := range []bool{false, true} {
			tags := map[string]string{tag: p.Tenant}
			if failed {
				tags["error"] = "true"
			}
			out = append(out, feed.Request{Kind: feed.Search, Window: env.Window, Every: tracesEvery, Search: sources.TraceSearch{
				Service: env.TraceService, Tags: sources.JoinTags(tags), Limit: tracesLimit,
			}})
		}
	}
	return out
}

// evalTraces reads the tenant's traces: the slowest of those that failed, then the slowest others, then the rest likewise.
func evalTraces(d *Data, env Env) {
	status := env.status(feed.SourceJaeger)
	reqs := d.Panel.searches(env)
	switch {
	case status.State == feed.Off:
		d.off(feed.SourceJaeger)
		return
	case env.Data == nil || len(reqs) == 0:
		d.absent(feed.SourceJaeger, status.Err)
		return
	}
	seen := map[string]bool{}
	answered := false
	var failed error
	for _, r := range reqs {
		s := env.Data.Search(r)
		if s.OK() {
			answered = true
			d.took(s.At, s.Err)
		} else if failed == nil {
			failed = s.Err
		}
		for _, t := range s.Value {
			if !seen[t.ID] {
				seen[t.ID] = true
				d.Traces = append(d.Traces, t)
			}
		}
	}
	if !answered {
		d.absent(feed.SourceJaeger, failed)
		return
	}
	slices.SortStableFunc(d.Traces, func(a, b sources.TraceSummary) int {
		return cmp.Or(cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.ID, b.ID))
	})
	var failing, well []sources.TraceSummary
	for _, t := range d.Traces {
		if t.Errors > 0 {
			failing = append(failing, t)
		} else {
			well = append(well, t)
		}
	}
	n := len(failing)
	// Few rows show both, for what fails need not be slow: the first of the failed, the slowest, then the rest.
	f, w := min(n, tracesFirst), min(len(well), tracesFirst)
	d.Traces = slices.Concat(failing[:f], well[:w], failing[f:], well[w:])
	d.State = StateOK
	if n > 0 {
		d.Facts = append(d.Facts, fmt.Sprintf("%d failed", n))
	}
}

// Resolve is p with the label concepts of its drill-down replaced by the real label names, as in the Data of Eval.
func (p Panel) Resolve(env Env) Panel { return resolveDrill(p, env) }

// Named names a series of q's answer as the panels do; "" for one that has no label to name it by.
func (q Query) Named(v Vocabulary, labels sources.Labels) string { return q.legend(v, labels, "") }

// TenantLabel is the label of q's answers that names the tenant; false: there is none.
func (q Query) TenantLabel(v Vocabulary) (string, bool) { return q.label(v, "tenant") }

// RangeQL is the query as it is asked for a range, and false as of PromQL.
func (q Query) RangeQL(env Env) (string, bool) { return q.rangeQL(env) }
