// Package when reads times and ranges as people write them: 14:05, yesterday 14:00, 2026-11-23T14:00Z..15:00Z, -3h..-2h.
// It is pure: what now is, and in which zone a time without one is meant, is passed in.
package when

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bounds of a range.
const (
	Shortest = time.Minute
	Longest  = 30 * 24 * time.Hour
)

// Span is what was asked for.
type Span struct {
	From, To time.Time // To zero: up to the present, and on with it
	// Point tells that a single time was named. It is To: what is shown is as of then.
	Point bool
}

// Live tells that the span goes on with the clock.
func (s Span) Live() bool { return s.To.IsZero() }

// errSyntax is what is said of a text that is nothing of what can be read.
var errSyntax = errors.New("expected a time such as 14:05, yesterday 14:00, 2026-11-23T14:00Z or -3h, a day, or a range such as -3h..-2h")

// Parse reads a time, a day or a range. now tells the zone of what is written without one. A single time is the end of a
// span as long as window; of a day without a time all of it is meant, up to now. A time of day without a day is the last
// such time. The errors say what was expected, not what was written.
//
//	14:05  14:05:30  14:05Z  yesterday 14:00  today 9:00  monday 14:00  2026-11-23  2026-11-23 14:00  2026-11-23T14:00Z
//	11-23 14:00  -3h  3h ago  2 days ago  now  14:00..15:00  14:00..  -3h..-2h  yesterday 14:00..15:00  14:00..+30m
func Parse(text string, now time.Time, window time.Duration) (Span, error) {
	r := reader{now: now}
	text = strings.TrimSpace(text)
	first, second, ranged := cut(text)
	if !ranged {
		m, err := r.moment(text, nil)
		if err != nil {
			return Span{}, err
		}
		switch {
		case m.present:
			return Span{}, nil
		case m.day:
			return r.checked(m.from, earlier(m.to, now))
		case m.from.After(now):
			return Span{}, r.future()
		}
		return Span{From: m.from.Add(-window), To: m.from, Point: true}, nil
	}
	from, err := r.moment(first, nil)
	if err != nil {
		return Span{}, err
	}
	if second == "" || from.present {
		return r.open(from, second)
	}
	to, err := r.moment(second, &from)
	if err != nil {
		return Span{}, err
	}
	if to.present {
		return r.open(from, "")
	}
	end := to.from
	if to.day {
		end = earlier(to.to, now)
	}
	return r.checked(from.from, end)
}

// open is a span from a moment to the present.
func (r reader) open(from moment, second string) (Span, error) {
	if from.present || second != "" {
		return Span{}, errors.New("expected a range that begins before now")
	}
	s, err := r.checked(from.from, r.now)
	s.To = time.Time{}
	return s, err
}

// checked is the span if it can be shown.
func (r reader) checked(from, to time.Time) (Span, error) {
	switch {
	case from.After(r.now) || to.After(r.now):
		return Span{}, r.future()
	case !to.After(from):
		return Span{}, errors.New("expected a range that begins before it ends")
	case to.Sub(from) < Shortest:
		return Span{}, errors.New("expected a range of at least 1 minute")
	case to.Sub(from) > Longest:
		return Span{}, errors.New("expected a range of at most 30 days")
	}
	return Span{From: from, To: to}, nil
}

func (r reader) future() error {
	return fmt.Errorf("expected a time that is not in the future (it is %s now)", r.now.Format("2006-01-02 15:04 MST"))
}

// cut parts a range; "a to b" is one too.
func cut(text string) (first, second string, ranged bool) {
	for _, sep := range []string{"..", " to ", "–"} {
		if a, b, ok := strings.Cut(text, sep); ok {
			return strings.TrimSpace(a), strings.TrimSpace(strings.TrimPrefix(b, ".")), true
		}
	}
	return text, "", false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Format writes a range as Parse reads it, whatever zone it is read in: "2026-11-23T14:00:00Z..2026-11-23T15:00:00Z".
func Format(from, to time.Time) string {
	return from.UTC().Format(time.RFC3339) + ".." + to.UTC().Format(time.RFC3339)
}

// Words writes a range for people, in now's zone and as short as can be: "13:05–14:05", with the date where it is not
// today's, with seconds where it is short.
func Words(from, to, now time.Time) string {
	zone := now.Location()
	from, to = from.In(zone), to.In(zone)
	clock := "15:04"
	if to.Sub(from) <= 5*time.Minute || from.Second() != 0 || to.Second() != 0 {
		clock = "15:04:05"
	}
	text := Day(from, now) + from.Format(clock) + "–"
	if !sameDay(from, to) {
		text += to.Format("01-02 ")
	}
	return text + to.Format(clock)
}

// Day is the date of t in now's zone with a space behind it, "" where that is today: "11-23 ", "2025-11-23 ".
func Day(t, now time.Time) string {
	t = t.In(now.Location())
	switch {
	case sameDay(t, now):
		return ""
	case t.Year() != now.Year():
		return t.Format("2006-01-02 ")
	}
	return t.Format("01-02 ")
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
