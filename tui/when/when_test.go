package when

import (
	"strings"
	"testing"
	"time"
)

// A Monday, half past two in the afternoon in Paris.
var (
	paris = time.FixedZone("CET", 3600)
	now   = time.Date(2026, 11, 23, 14, 30, 0, 0, paris)
)

func stamp(t time.Time) string {
	if t.IsZero() {
		return "live"
	}
	return t.In(paris).Format("01-02 15:04:05")
}

func TestTimesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"14:05":                     "11-23 14:05:00",
		"14:05:30":                  "11-23 14:05:30",
		"9:00":                      "11-23 09:00:00",
		"15:00":                     "11-22 15:00:00", // the last one
		"13:05Z":                    "11-23 14:05:00",
		"13:05 UTC":                 "11-23 14:05:00",
		"yesterday 14:00":           "11-22 14:00:00",
		"Yesterday 13:00Z":          "11-22 14:00:00",
		"yesterday 13:00 UTC":       "11-22 14:00:00",
		"today 9:00":                "11-23 09:00:00",
		"monday 14:00":              "11-23 14:00:00",
		"monday 15:00":              "11-16 15:00:00",
		"last monday 14:00":         "11-16 14:00:00",
		"Sat 08:30":                 "11-21 08:30:00",
		"2026-11-22 14:00":          "11-22 14:00:00",
		"2026-11-22T14:00":          "11-22 14:00:00",
		"2026-11-22T14:00Z":         "11-22 15:00:00",
		"2026-11-22T14:00:05+02:00": "11-22 13:00:05",
		"11-22 14:00":               "11-22 14:00:00",
		"12-24 18:00":               "12-24 18:00:00", // of last year
		"-3h":                       "11-23 11:30:00",
		"-1d12h":                    "11-22 02:30:00",
		"3h ago":                    "11-23 11:30:00",
		"10 min ago":                "11-23 14:20:00",
		"2 days ago":                "11-21 14:30:00",
		" 1 week  ago ":             "11-16 14:30:00",
		"today 14:30":               "11-23 14:30:00",
	} {
		s, err := Parse(text, now, time.Hour)
		if err != nil || stamp(s.To) != want || !s.Point || s.To.Sub(s.From) != time.Hour {
			t.Errorf("%q: %s to %s, point %v, %v; want the hour up to %s", text, stamp(s.From), stamp(s.To), s.Point, err, want)
		}
	}
	if s, _ := Parse("12-24 18:00", now, time.Hour); s.To.Year() != 2025 {
		t.Errorf("a date to come is that of %d", s.To.Year())
	}
}

func TestRangesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-22T14:00Z..15:00Z":   "11-22 15:00:00 11-22 16:00:00",
		"-3h..-2h":                    "11-23 11:30:00 11-23 12:30:00",
		"-3h..":                       "11-23 11:30:00 live",
		"-3h..now":                    "11-23 11:30:00 live",
		"14:00..":                     "11-23 14:00:00 live",
		"13:00..14:00":                "11-23 13:00:00 11-23 14:00:00",
		"13:00 to 14:00":              "11-23 13:00:00 11-23 14:00:00",
		"13:00–14:00":                 "11-23 13:00:00 11-23 14:00:00",
		"22:00..02:00":                "11-22 22:00:00 11-23 02:00:00",
		"yesterday 14:00..15:00":      "11-22 14:00:00 11-22 15:00:00",
		"yesterday 23:30..0:30":       "11-22 23:30:00 11-23 00:30:00",
		"yesterday 14:00..today 9:00": "11-22 14:00:00 11-23 09:00:00",
		"13:00..+30m":                 "11-23 13:00:00 11-23 13:30:00",
		"2026-11-21..2026-11-22":      "11-21 00:00:00 11-23 00:00:00",
		"2026-11-22":                  "11-22 00:00:00 11-23 00:00:00",
		"yesterday":                   "11-22 00:00:00 11-23 00:00:00",
		"today":                       "11-23 00:00:00 11-23 14:30:00",
		"friday":                      "11-20 00:00:00 11-21 00:00:00",
		"2026-11-22T14:00:00Z..2026-11-22T15:00:00Z": "11-22 15:00:00 11-22 16:00:00",
	} {
		s, err := Parse(text, now, time.Hour)
		if got := stamp(s.From) + " " + stamp(s.To); err != nil || got != want || s.Point {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestTheSecondTimeOfARangeTakesOverTheZoneOfTheFirst(t *testing.T) {
	s, err := Parse("2026-11-22T14:00Z..15:00", now, time.Hour)
	if err != nil || s.To.Sub(s.From) != time.Hour {
		t.Errorf("%v to %v, %v", s.From, s.To, err)
	}
}

func TestNowIsLive(t *testing.T) {
	if s, err := Parse("now", now, time.Hour); err != nil || !s.Live() || !s.From.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWhatCantBeShownIsRefusedWithASentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "expected a time such as",
		"soon":                   "expected a time such as",
		"25:00":                  "expected a time such as",
		"14:75":                  "expected a time such as",
		"-3":                     "expected a time such as",
		"-3 fortnights":          "expected a time such as",
		"2026-13-01":             "expected a time such as",
		"2026-02-30 14:00":       "expected a time such as",
		"..-2h":                  "expected a time such as",
		"today 15:00":            "not in the future (it is 2026-11-23 14:30 CET now)",
		"2026-11-24":             "not in the future",
		"2027-01-01T00:00Z":      "not in the future",
		"14:00..15:00":           "not in the future",
		"-1h..+2h":               "not in the future",
		"-2h..-3h":               "begins before it ends",
		"13:00..12:00":           "begins before it ends",
		"-90s..-60s":             "at least 1 minute",
		"-60d..":                 "at most 30 days",
		"2026-01-01..2026-11-01": "at most 30 days",
		"now..":                  "begins before now",
	} {
		if s, err := Parse(text, now, time.Hour); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want %q", text, s, err, want)
		}
	}
}

func TestWhatIsFormattedIsReadBackInAnyZone(t *testing.T) {
	from, to := now.Add(-3*time.Hour), now.Add(-2*time.Hour)
	s, err := Parse(Format(from, to), now.In(time.FixedZone("IST", 19800)), time.Minute)
	if err != nil || !s.From.Equal(from) || !s.To.Equal(to) {
		t.Errorf("%q: %+v, %v", Format(from, to), s, err)
	}
}

func TestRangesInWordsAreAsShortAsTheyCanBe(t *testing.T) {
	for _, c := range []struct {
		from, to time.Duration // before now
		want     string
	}{
		{-2 * time.Hour, -time.Hour, "12:30–13:30"},
		{-2 * time.Minute, -time.Minute, "14:28:00–14:29:00"},
		{-25 * time.Hour, -24 * time.Hour, "11-22 13:30–14:30"},
		{-25 * time.Hour, -time.Hour, "11-22 13:30–11-23 13:30"},
		{-400 * 24 * time.Hour, -400*24*time.Hour + time.Hour, "2025-10-19 14:30–15:30"},
	} {
		if got := Words(now.Add(c.from), now.Add(c.to), now); got != c.want {
			t.Errorf("%v to %v: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func FuzzNothingThatIsReadLiesInTheFuture(f *testing.F) {
	for _, text := range []string{"14:05", "-3h..-2h", "2026-11-23T14:00Z..15:00Z", "yesterday 14:00..+30m", "99:99", "12-31..", "mon..sun"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text, now, time.Hour)
		if err != nil {
			return
		}
		if s.To.After(now) || s.From.After(now) || !s.Live() && !s.To.After(s.From) || s.To.Sub(s.From) > Longest && !s.Live() {
			t.Errorf("%q: %v to %v", text, s.From, s.To)
		}
	})
}
