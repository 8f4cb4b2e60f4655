package dlmon

import (
	"time"

	"dlmon/sources/feed"
	"dlmon/tui/when"
)

// setAt checks a time or a range, but keeps it as it was typed: what it means depends on the clock and the zone, which
// may be set after it.
func setAt(to *string, s string) error {
	if s != "" {
		if _, err := when.Parse(s, time.Now().UTC(), time.Hour); err != nil {
			return err
		}
	}
	*to = s
	return nil
}

// span is the time to show at first, as it is meant at the time given. To zero is live.
func (c *Config) span(now time.Time) (when.Span, error) {
	if c.At == "" {
		return when.Span{}, nil
	}
	s, err := when.Parse(c.At, c.zoned(now), c.Window)
	if err != nil {
		return s, c.refuse("at", "%w, got %q", err, c.At)
	}
	return s, nil
}

// zoned is a time in the zone that is shown.
func (c *Config) zoned(t time.Time) time.Time {
	if c.LocalTime {
		return t.Local()
	}
	return t.UTC()
}

// asOf makes a snapshot one of the past: what is asked and read is about the end of the span, over its length. A span
// that is live changes nothing.
func (s *session) asOf(span when.Span, now time.Time) {
	s.data, s.at = s.feed, now
	if !span.From.IsZero() {
		end := span.To
		if span.Live() {
			end = now
		}
		s.config.Window = end.Sub(span.From)
	}
	if !span.Live() {
		s.data, s.at, s.past = feed.AsOf(s.feed, span.To), span.To, true
	}
}

// asked are the requests that answer reqs as of the session's time.
func (s *session) asked(reqs []feed.Request) []feed.Request {
	if !s.past {
		return reqs
	}
	return feed.AsOfRequests(reqs, s.at)
}
