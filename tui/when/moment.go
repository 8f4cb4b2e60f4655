package when

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// reader reads single moments.
type reader struct{ now time.Time }

// moment is one side of a range.
type moment struct {
	from, to time.Time // to only of a day
	day      bool      // a day without a time
	present  bool      // now
	date     time.Time // midnight of the day that was named, or found, in the zone of the time; for the other side
}

var (
	clockForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(z|utc|[+-]\d{2}:?\d{2})?$`)
	dateForm  = regexp.MustCompile(`^(?:(\d{4})-)?(\d{1,2})-(\d{1,2})$`)
	wordForm  = regexp.MustCompile(`^(?:last )?([a-z]+)$`)
	partForm  = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([a-z]+)\s*`)
)

// moment reads one; after is the moment that the range begins with, nil for that one itself.
func (r reader) moment(text string, after *moment) (moment, error) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	switch {
	case text == "":
		return moment{}, errSyntax
	case text == "now":
		return moment{from: r.now, present: true}, nil
	case strings.HasPrefix(text, "-"):
		return r.ago(text[1:])
	case strings.HasSuffix(text, " ago"):
		return r.ago(strings.TrimSuffix(text, " ago"))
	case strings.HasPrefix(text, "+") && after != nil:
		d, ok := duration(text[1:])
		if !ok {
			return moment{}, errSyntax
		}
		return moment{from: after.from.Add(d)}, nil
	}
	if clockForm.MatchString(text) {
		return r.clock(text, after)
	}
	day, clock := text, ""
	if i := strings.LastIndexByte(text, ' '); i >= 0 {
		day, clock = text[:i], text[i+1:]
		if clock == "utc" || clock == "z" { // "yesterday 14:00 utc"
			if j := strings.LastIndexByte(day, ' '); j >= 0 {
				day, clock = day[:j], day[j+1:]+clock
			}
		}
	} else if i := strings.IndexByte(text, 't'); i > 0 && text[i-1] >= '0' && text[i-1] <= '9' {
		day, clock = text[:i], text[i+1:]
	}
	if !clockForm.MatchString(clock) {
		day, clock = text, ""
	}
	return r.dated(day, clock)
}

// ago is a moment before now.
func (r reader) ago(text string) (moment, error) {
	d, ok := duration(text)
	if !ok {
		return moment{}, errSyntax
	}
	return moment{from: r.now.Add(-d)}, nil
}

// clock is a time of day without a day: on the day that the range began, in the zone that it was written in, or the day
// after; without a beginning the last such time.
func (r reader) clock(text string, after *moment) (moment, error) {
	if after != nil {
		date := after.date
		if date.IsZero() {
			date = midnight(after.from.In(r.now.Location()))
		}
		t, ok := at(date, text)
		if !ok {
			return moment{}, errSyntax
		}
		if !t.After(after.from) {
			if next, _ := at(date.AddDate(0, 0, 1), text); next.Sub(after.from) <= 12*time.Hour {
				t = next
			}
		}
		return moment{from: t, date: date}, nil
	}
	for back := range 2 {
		t, ok := at(midnight(zoned(r.now, text)).AddDate(0, 0, -back), text)
		if !ok {
			break
		}
		if !t.After(r.now) {
			return moment{from: t, date: midnight(t)}, nil
		}
	}
	return moment{}, errSyntax
}

// dated is a day, or a time on it.
func (r reader) dated(day, clock string) (moment, error) {
	today := midnight(zoned(r.now, clock))
	found := func(date time.Time) (moment, error) {
		if clock == "" {
			return moment{from: date, to: date.AddDate(0, 0, 1), day: true, date: date}, nil
		}
		t, ok := at(date, clock)
		if !ok {
			return moment{}, errSyntax
		}
		return moment{from: t, date: date}, nil
	}
	if m := dateForm.FindStringSubmatch(day); m != nil {
		year, month, dom := today.Year(), number(m[2]), number(m[3])
		if m[1] != "" {
			year = number(m[1])
		}
		date := time.Date(year, time.Month(month), dom, 0, 0, 0, 0, today.Location())
		if int(date.Month()) != month || date.Day() != dom {
			return moment{}, errSyntax
		}
		if m[1] == "" && date.After(r.now) { // of the year before, in January
			date = date.AddDate(-1, 0, 0)
		}
		return found(date)
	}
	m := wordForm.FindStringSubmatch(day)
	if m == nil {
		return moment{}, errSyntax
	}
	switch m[1] {
	case "today":
		return found(today)
	case "yesterday":
		return found(today.AddDate(0, 0, -1))
	}
	for back := range 8 {
		date := today.AddDate(0, 0, -back)
		name := strings.ToLower(date.Weekday().String())
		if m[1] != name && m[1] != name[:3] {
			continue
		}
		if back == 0 && strings.HasPrefix(day, "last ") {
			continue
		}
		if x, err := found(date); err != nil || !x.from.After(r.now) {
			return x, err
		}
	}
	return moment{}, errSyntax
}

// at is a time of day on a date, in the date's zone unless it names its own.
func at(date time.Time, clock string) (time.Time, bool) {
	m := clockForm.FindStringSubmatch(clock)
	if m == nil {
		return time.Time{}, false
	}
	h, min, s := number(m[1]), number(m[2]), number(m[3])
	if h > 24 || min > 59 || s > 59 || h == 24 && min+s > 0 {
		return time.Time{}, false
	}
	return time.Date(date.Year(), date.Month(), date.Day(), h, min, s, 0, zoned(date, clock).Location()), true
}

// zoned is t in the zone that a time of day names, if it names one.
func zoned(t time.Time, clock string) time.Time {
	m := clockForm.FindStringSubmatch(clock)
	switch {
	case m == nil || m[4] == "":
		return t
	case m[4] == "z" || m[4] == "utc":
		return t.UTC()
	}
	digits := strings.Replace(m[4][1:], ":", "", 1)
	seconds := (number(digits[:2])*60 + number(digits[2:])) * 60
	if m[4][0] == '-' {
		seconds = -seconds
	}
	return t.In(time.FixedZone(strings.ToUpper(m[4]), seconds))
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the forms let only digits through; "" is 0
	return n
}

var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "second": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "wk": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour,
}

// duration reads "3h", "1h30m", "2 days", "10 min"; at most ten years.
func duration(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	var sum time.Duration
	if text == "" {
		return 0, false
	}
	for text != "" {
		m := partForm.FindStringSubmatch(text)
		if m == nil {
			return 0, false
		}
		unit, ok := units[m[2]]
		if !ok {
			unit, ok = units[strings.TrimSuffix(m[2], "s")]
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if !ok || err != nil || n*float64(unit) > float64(10*365*24*time.Hour) {
			return 0, false
		}
		sum += time.Duration(n * float64(unit))
		text = text[len(m[0]):]
	}
	return sum, sum > 0
}
