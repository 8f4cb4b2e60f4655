package main

import (
	"strings"
	"testing"

	"dlmon/cmd/dlmon/screentest"
)

// step is a key and what the screen says then.
type step struct {
	key  string
	says string                 // named when it does not come
	when func(text string) bool // on the screen's text with its line breaks taken out
}

func all(words ...string) func(string) bool {
	return func(text string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}

// mostKeys is how many keys may lie between the first screen and the cause of an incident.
const mostKeys = 6

// The incidents as an operator meets them: the demo's binary on a terminal, from the first screen to the cause. With
// DLMON_RECORD naming a directory, each run is kept there as an asciicast; docs/incidents.md has them in pictures.
func TestEachIncidentsCauseIsAtMostSixKeysAway(t *testing.T) {
	bin := demoBinary(t)
	t.Setenv("TMPDIR", t.TempDir())
	sentence := all("index.scan of deeplake takes", "index.wait=storage are in")
	for _, incident := range []struct {
		name, scenario string
		first          func(*screentest.Screen)
		steps          []step
	}{
		{"slow-tenant", "slow-tenant", slowTenantOnTop, []step{
			{"t", "the trace behind an exemplar", all("exemplar of p99", "acme-corp", "index.scan", "whole trace", "crit")},
			{"d", "what sets slow searches apart", sentence},
		}},
		{"slow-tenant-by-tenants", "slow-tenant", slowTenantOnTop, []step{
			{"2", "the tenants", all("12 tenants")},
			{"t", "the trace behind an exemplar", all("exemplar of p99", "acme-corp", "index.scan", "whole trace", "crit")},
			{"d", "what sets slow searches apart", sentence},
		}},
		{"cache-collapse", "cache-collapse", func(s *screentest.Screen) { s.Shows("Latency", "acme-corp", "Cache hit rate", "conn") }, []step{
			{"v", "that the hit rate moved most", func(text string) bool {
				_, table, ok := strings.Cut(text, "score why ›")
				row, _, _ := strings.Cut(table, "misses ×")
				return ok && strings.Contains(row, "service cache hit rate")
			}},
			{"\r", "the hit rate over time, and its query", all("cache hit rate", "cache_hit_ratio", "step")},
		}},
		{"error-burst", "error-burst", func(s *screentest.Screen) { s.Shows("Latency", "acme-corp", "Errors", "conn") }, []step{
			{"-", "15 minutes", all("15m · step")},
			{"-", "5 minutes", all("5m · step")},
			{"3", "the traces", all("Traces", "/datasets")},
			{"e", "the root cause of the errors", func(text string) bool {
				_, table, ok := strings.Cut(text, "what went wrong last")
				return ok && strings.Contains(table, "›") &&
					strings.Contains(table[strings.Index(table, "›"):min(len(table), strings.Index(table, "›")+200)], "StorageUnavailableError: storage returned 503")
			}},
		}},
	} {
		t.Run(incident.name, func(t *testing.T) {
			if len(incident.steps) > mostKeys {
				t.Fatalf("%d keys", len(incident.steps))
			}
			s := screentest.Open(t, bin, 120, 40, "--scenario", incident.scenario)
			s.Record(incident.name)
			incident.first(s)
			for _, step := range incident.steps {
				s.Press(step.key)
				s.Wait(step.says, func(text string) bool { return step.when(joined(text)) })
			}
			s.Press("q")
			s.Ends()
		})
	}
}
