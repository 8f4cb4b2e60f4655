package main

import (
	"strings"
	"testing"

	"dlmon/cmd/dlmon/screentest"
)

// joined is a screen's text with its line breaks taken out: sentences are wrapped.
func joined(text string) string { return strings.Join(strings.Fields(text), " ") }

// rowsUnder are the lines below the one that holds a heading.
func rowsUnder(text, heading string) []string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.Contains(l, heading) {
			return lines[i+1:]
		}
	}
	return nil
}

// The incidents of the demo as the pages of the tenants tell them, asked of Prometheus's own engine.
func TestTenantsPagesTellEachIncident(t *testing.T) {
	bin := demoBinary(t)
	t.Setenv("TMPDIR", t.TempDir())
	open := func(t *testing.T, scenario string) *screentest.Screen {
		s := screentest.Open(t, bin, 120, 40, "--scenario", scenario)
		s.Shows("Latency", "acme-corp", "conn") // the tenants' table is filled
		return s
	}
	end := func(s *screentest.Screen) {
		s.Press("q")
		s.Ends()
	}
	t.Run("SlowTenantsPageSaysThatItIsSlow", func(t *testing.T) {
		s := open(t, "slow-tenant")
		defer end(s)
		s.Press("2")
		s.Wait("slow tenant in the first row", func(text string) bool {
			rows := rowsUnder(text, "p95 vs 1h")
			return len(rows) > 0 && strings.Contains(rows[0], "acme-corp")
		})
		s.Press("o")
		s.Wait("verdict", func(text string) bool {
			head := joined(strings.Join(rowsUnder(text, "Compared with 1 h ago"), " "))
			return strings.Contains(head, "search p95") && strings.Contains(head, "vs 1 h ago, others' median 6") &&
				strings.HasPrefix(strings.TrimLeft(head, "▲✖ "), "search p95")
		})
		s.Shows("hybrid", "products", "SlowSearchQueries", "Traces, failed and slowest", "guide exports no rate limit resets")
	})
	t.Run("CollapsedCacheIsOnTopOfTheMovers", func(t *testing.T) {
		s := open(t, "cache-collapse")
		defer end(s)
		s.Press("v")
		s.Wait("cache hit rate on top", func(text string) bool {
			rows := rowsUnder(text, "1 h ago     now")
			return len(rows) > 12 && strings.Contains(rows[0], "service") && strings.Contains(rows[0], "cache hit rate") &&
				strings.Contains(rows[1], "cache hit rate")
		})
	})
	t.Run("ErrorBurstBurnsTheBudget", func(t *testing.T) {
		s := open(t, "error-burst")
		defer end(s)
		s.Press("2")
		s.Shows("12 tenants")
		s.Press("b")
		// The hour before was well: over an hour the burst is ten times what is allowed, over five minutes a hundred times.
		s.Wait("burning budgets", func(text string) bool {
			rows := rowsUnder(text, "spent in 6h")
			if len(rows) < 12 || !strings.Contains(joined(text), "12 above 1") {
				return false
			}
			f := strings.Fields(strings.NewReplacer("›", "", "page: ", "page:").Replace(rows[0]))
			return len(f) > 6 && len(f[4]) >= 4 && strings.HasSuffix(f[4], "x") // 5m: three digits
		})
	})
	t.Run("NoisyNeighbourIsNamedWithItsVictims", func(t *testing.T) {
		s := open(t, "noisy-neighbour")
		defer end(s)
		s.Press("2")
		s.Shows("12 tenants")
		s.Press("n")
		s.Wait("sentence", func(text string) bool {
			text = joined(text)
			at := strings.Index(text, "hooli takes")
			if at < 0 || !strings.Contains(text, "with its load rose the p95 of") {
				return false
			}
			said := text[at:strings.Index(text, "Rising together")]
			return strings.Contains(said, "globex") && strings.Contains(said, "wonka") && strings.Contains(said, "massive-dynamic") &&
				!strings.Contains(said, "acme-corp") && !strings.Contains(said, "initech")
		})
	})
}
