package tracing

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxSaid bounds a name or value within the sentence, maxMessage an error's message, in runes.
const maxSaid, maxMessage = 60, 120

// Sentence is one sentence that can be pasted into a chat: what a is called ("slow searches of acme-corp, 412 ms and
// more"), what b is called ("the others"), and the cause: the operation whose time on the critical path differs most
// (of failed traces: the most frequent cause), and the tag that does, or two if they are equal. Of tags that differ
// about as much as the first (within its interval) it names one of that operation, and rather one that A has more
// often than one that it lacks.
func (d Difference) Sentence(a, b string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s (%d) against %s (%d): ", capital(a), d.SizeA, b, d.SizeB)
	if d.Silent != "" {
		return s.String() + d.Silent + "."
	}
	var parts []string
	switch {
	case len(d.Failed) > 0:
		c := d.Failed[0]
		what := c.Message
		switch {
		case what == "":
			what = c.Type
		case c.Type != "":
			what += " (" + c.Type + ")"
		}
		if what != "" {
			what = ": " + said(what, maxMessage)
		}
		many := "all"
		if len(c.Traces) < d.SizeA {
			many = fmt.Sprintf("%d of them", len(c.Traces))
		}
		parts = append(parts, fmt.Sprintf("%s fail in %s of %s%s", many, said(c.Operation, maxSaid), said(c.Service, maxSaid), what))
	case len(d.Operations) > 0:
		p := d.Operations[0]
		more := "more"
		if p.Delta < 0 {
			more = "less"
		}
		parts = append(parts, fmt.Sprintf("%s of %s takes %s %s of the critical path",
			said(p.Operation, maxSaid), said(p.Service, maxSaid), short(p.Delta.Abs()), more))
	}
	if tags := d.named(); len(tags) > 0 {
		t := tags[0]
		what, verb := said(t.Key, maxSaid)+"="+said(t.Value, maxSaid), "is"
		if len(tags) > 1 {
			what, verb = what+" and "+said(tags[1].Key, maxSaid)+"="+said(tags[1].Value, maxSaid), "are"
		}
		points := "points"
		if math.Abs(inPoints(t.Delta)) == 1 {
			points = "point"
		}
		parts = append(parts, fmt.Sprintf("%s %s in %s of them and %s of %s (difference %.0f %s, 95 %% interval %.0f to %.0f)",
			what, verb, percent(t.ShareA), percent(t.ShareB), b, inPoints(t.Delta), points, inPoints(t.Interval.Low), inPoints(t.Interval.High)))
	}
	return s.String() + strings.Join(parts, "; ") + "."
}

// inPoints is a share (-1 to 1) in whole percentage points, rounded as the screen's tables are; the sum makes -0 a 0.
func inPoints(share float64) float64 { return math.Round(share*100) + 0 }

// named are the tags that the sentence names.
func (d Difference) named() []TagDifference {
	if len(d.Tags) == 0 {
		return nil
	}
	var cause name
	switch {
	case len(d.Failed) > 0:
		cause = name{d.Failed[0].Service, d.Failed[0].Operation}
	case len(d.Operations) > 0:
		cause = name{d.Operations[0].Service, d.Operations[0].Operation}
	}
	// That the failed ones failed, and with what exception, is said already.
	told := func(t TagDifference) bool {
		return len(d.Failed) > 0 && (t.Key == "exception.type" || slices.Contains(outcomeKeys, t.Key))
	}
	from := slices.IndexFunc(d.Tags, func(t TagDifference) bool { return !told(t) })
	if from < 0 {
		return nil
	}
	top := d.Tags[from]
	least := math.Min(math.Abs(top.Interval.Low), math.Abs(top.Interval.High))
	at, best := -1, -1
	for i, t := range d.Tags {
		if math.Abs(t.Delta) < least || told(t) {
			continue
		}
		merit := 0
		if t.Delta > 0 {
			merit += 2
		}
		if t.Service == cause.service && t.Operation == cause.operation {
			merit++
		}
		if slices.Contains(outcomeKeys, t.Key) {
			merit = 0
		}
		if merit > best {
			at, best = i, merit
		}
	}
	if at < 0 {
		return nil
	}
	t := d.Tags[at]
	if at+1 < len(d.Tags) {
		if next := d.Tags[at+1]; !told(next) && t.InA == next.InA && t.InB == next.InB && t.Service == next.Service && t.Operation == next.Operation {
			return d.Tags[at : at+2]
		}
	}
	return d.Tags[at : at+1]
}

// percent keeps "none" and "all" apart from "nearly none" and "nearly all".
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.005:
		return "under 1 %"
	case share < 1 && share >= 0.995:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", math.Round(share*100))
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func said(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// short writes a duration with three digits, as prose has it: "640 ms", "1.24 s", "3 min 20 s".
func short(d time.Duration) string {
	if d < 0 {
		return "-" + short(max(-d, 0))
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Nanosecond, "ns"}, {time.Microsecond, "µs"}, {time.Millisecond, "ms"}, {time.Second, "s"}} {
		limit := 1000 * u.unit
		if u.unit == time.Second {
			limit = time.Minute
		}
		x := float64(d) / float64(u.unit)
		digits := 0
		switch {
		case u.unit == time.Nanosecond:
		case x < 9.995:
			digits = 2
		case x < 99.95:
			digits = 1
		}
		text := fmt.Sprintf("%.*f", digits, x)
		if digits > 0 {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		if d < limit && text != "1000" && !(u.unit == time.Second && text == "60") {
			return text + " " + u.name
		}
	}
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}
