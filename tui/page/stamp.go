package page

import (
	"strconv"
	"strings"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// Stamp tells the snapshots behind reqs, and the states of the sources, apart from what they were: two equal stamps mean
// the same data, so that what was drawn from it still holds.
func Stamp(r feed.Reader, reqs []feed.Request) string {
	var b strings.Builder
	for _, q := range reqs {
		switch q.Kind {
		case feed.Instant:
			mark(&b, r.Instant(q))
		case feed.Range:
			mark(&b, r.Range(q))
		case feed.Rules:
			mark(&b, r.Alerts())
		case feed.Managed: // Alerts are as old as the rules, though what is silenced comes from here
			mark(&b, r.Managed())
		case feed.Targets:
			mark(&b, r.Targets())
		case feed.Search:
			mark(&b, r.Search(q))
		case feed.Health:
			mark(&b, r.Health())
		}
	}
	for _, st := range r.Sources() {
		b.WriteString(string(st.State))
	}
	return b.String()
}

func mark[T any](b *strings.Builder, s sources.Snapshot[T]) {
	b.WriteString(strconv.FormatInt(s.At.UnixNano(), 36))
	if s.Answered() { // the answer to what was true in the past may have grown, and still be as of then
		b.WriteByte('.')
		b.WriteString(strconv.FormatInt(s.Tried.UnixNano(), 36))
	}
	if s.Err != nil {
		b.WriteString(s.Err.Error())
	}
	b.WriteByte(' ')
}
