package dashboard_test

import (
	"testing"

	"dlmon/tui/dashboard"
	"dlmon/tui/page/pagetest"
)

// BenchmarkTenants works the table of 10,000 tenants out anew, as every new answer of Prometheus makes it.
func BenchmarkTenants(b *testing.B) {
	c := pagetest.Context(pagetest.Many(10_000), 120, 38)
	for _, p := range dashboard.Builtin()[0].Panels {
		if p.Kind != dashboard.KindTenants {
			continue
		}
		p = p.Only([]string{pagetest.ManyID(3)})
		b.ReportAllocs()
		for b.Loop() {
			if d := dashboard.Eval(p, c.Env); len(d.Tenants) != 10_000 {
				b.Fatal(len(d.Tenants))
			}
		}
	}
}
