package engine

import (
	"context"
	"regexp"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
)

// stats adapts the TSDB to what the API's status pages ask.
type stats struct{ *Engine }

func (s stats) CleanTombstones() error { return s.db.CleanTombstones() }

func (s stats) Delete(ctx context.Context, mint, maxt int64, ms ...*labels.Matcher) error {
	return s.db.Delete(ctx, mint, maxt, ms...)
}

func (s stats) Snapshot(dir string, withHead bool) error { return s.db.Snapshot(dir, withHead) }

func (s stats) Stats(label string, limit int) (*tsdb.Stats, error) {
	return s.db.Head().Stats(label, limit), nil
}

func (s stats) WALReplayStatus() (tsdb.WALReplayStatus, error) { return tsdb.WALReplayStatus{}, nil }

func (s stats) BlockMetas() ([]tsdb.BlockMeta, error) { return s.db.BlockMetas(), nil }

// moduleVersion is how the module numbers the server's releases: v0.316.0 is 3.16.0.
var moduleVersion = regexp.MustCompile(`^v0\.([0-9])([0-9]{2})\.([0-9]+)`)

func release(module string) string {
	m := moduleVersion.FindStringSubmatch(module)
	if m == nil {
		return module
	}
	minor := m[2]
	if minor[0] == '0' {
		minor = minor[1:]
	}
	return m[1] + "." + minor + "." + m[3]
}
