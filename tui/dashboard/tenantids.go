package dashboard

import (
	"slices"

	"dlmon/sources/feed"
)

// TenantIDs are the tenants that the panel's main query knows now, by name, and the request that asks for them. It
// takes some milliseconds where there are thousands.
func (p Panel) TenantIDs(env Env) (ids []string, ask feed.Request, ok bool) {
	if p.Kind != KindTenants || len(p.Queries) == 0 {
		return nil, ask, false
	}
	main := p.Queries[0]
	expr, ok := main.PromQL(env)
	if !ok {
		return nil, ask, false
	}
	label, ok := main.label(env.Vocab, "tenant")
	if !ok {
		return nil, ask, false
	}
	ask = main.instant(expr)
	seen := map[string]bool{}
	for _, s := range env.Data.Instant(ask).Value.Samples {
		if id := s.Labels[label]; id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, ask, true
}
