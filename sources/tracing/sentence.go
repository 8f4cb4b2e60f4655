package tracing

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxSaid bounds a name or value within the sentence, in runes.
const maxSaid = 60

// Sentence is one sentence that can be pasted into a chat: what a is called ("slow searches of acme-corp, 412 ms and
// more"), what b is called ("the others"), and the cause: the operation whose time on the critical path differs most,
// and the tag that does, or two if they are equal. Of tags that differ about as much as the first (within its
// interval) it names those of that operation.
func (d Difference) Sentence(a, b string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s (%d) against %s (%d): ", capital(a), d.SizeA, b, d.SizeB)
	if d.Silent != "" {
		return s.String() + d.Silent + "."
	}
	var parts []string
	if len(d.Operations) > 0 {
		p := d.Operations[0]
		more := "more"
		if p.Delta < 0 {
			more = "less"
		}
		parts = append(parts, fmt.Sprintf("%s of %s takes %s %s of the critical path", said(p.Operation), said(p.Service), short(p.Delta.Abs()), more))
	}
	if tags := d.named(); len(tags) > 0 {
		t := tags[0]
		what := said(t.Key) + "=" + said(t.Value)
		verb := "is"
		if len(tags) > 1 {
			what += " and " + said(tags[1].Key) + "=" + said(tags[1].Value)
			verb = "are"
		}
		points := "points"
		if math.Round(math.Abs(t.Delta)*100) == 1 {
			points = "point"
		}
		parts = append(parts, fmt.Sprintf("%s %s in %s of them and %s of %s (difference %.0f %s, 95 %% interval %.0f to %.0f)",
			what, verb, percent(t.ShareA), percent(t.ShareB), b, t.Delta*100, points, t.Interval.Low*100, t.Interval.High*100))
	}
	return s.String() + strings.Join(parts, "; ") + "."
}

// named are the tags that the sentence names.
func (d Difference) named() []TagDifference {
	if len(d.Tags) == 0 {
		return nil
	}
	at := 0
	if len(d.Operations) > 0 {
		p, top := d.Operations[0], d.Tags[0]
		for i, t := range d.Tags {
			if t.Delta < top.Interval.Low || t.Delta > top.Interval.High {
				break
			}
			if t.Service == p.Service && t.Operation == p.Operation {
				at = i
				break
			}
		}
	}
	end := at + 1
	if end < len(d.Tags) {
		if t, next := d.Tags[at], d.Tags[end]; t.InA == next.InA && t.InB == next.InB && t.Service == next.Service && t.Operation == next.Operation {
			end++
		}
	}
	return d.Tags[at:end]
}

// percent keeps "none" and "all" apart from "nearly none" and "nearly all".
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.005:
		return "under 1 %"
	case share < 1 && share >= 0.995:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func said(s string) string {
	if utf8.RuneCountInString(s) <= maxSaid {
		return s
	}
	return string([]rune(s)[:maxSaid-1]) + "…"
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
