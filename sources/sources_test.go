package sources

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                      "plain",
		"a\x1b]0;x\x07\x1b[2J":       "a]0;x[2J",
		"\x1b]52;c;aGk=\x1b\\ok":     "]52;c;aGk=\\ok",
		"c1 \u009b31m":               "c1 31m",
		"bidi \u202eevil\u2066":      "bidi evil",
		"zero\u200bwidth\ufeff":      "zerowidth",
		"tab\tnew\r\nline":           "tab new  line",
		"bad \xff\xfe utf8":          "bad \ufffd\ufffd utf8",
		"del\x7f":                    "del",
		"é ü 日本 🙂":                   "é ü 日本 🙂",
		"marks a\u0301\u0301\u0301b": "marks a\u0301b",
		"line\u2028sep":              "linesep",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := CleanBlock("a\n\tb\x1b[2J"); got != "a\n    b[2J" {
		t.Errorf("CleanBlock = %q", got)
	}
	long := Clean(strings.Repeat("x", 3*MaxText))
	if n := utf8.RuneCountInString(long); n != MaxText || !strings.HasSuffix(long, "…") {
		t.Errorf("%d runes, ends %q", n, long[len(long)-4:])
	}
	if got := CleanLong(strings.Repeat("ü\n", MaxLong/2)); got != strings.Repeat("ü ", MaxLong/2) {
		t.Errorf("a long value of %d runes, whole and in one line: %d runes", MaxLong, utf8.RuneCountInString(got))
	}
	if got := CleanLong(strings.Repeat("x", MaxLong+1)); utf8.RuneCountInString(got) != MaxLong || !strings.HasSuffix(got, "x…") {
		t.Errorf("a longer value: %d runes", utf8.RuneCountInString(got))
	}
	if n := utf8.RuneCountInString(CleanName(strings.Repeat("ü", 1000))); n != MaxName {
		t.Errorf("a name of %d runes", n)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u202e\u200b\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > MaxText {
			t.Fatalf("%q", got)
		}
		for _, r := range got {
			if unicode.In(r, unicode.Cc, unicode.Cf) {
				t.Fatalf("%U survives in %q", r, got)
			}
		}
		if Clean(got) != got {
			t.Fatalf("cleaning %q twice changes it", got)
		}
	})
}

func TestErrorSaysSourceRequestReasonAndAdvice(t *testing.T) {
	cause := errors.New("x")
	err := fmt.Errorf("wrapped: %w", &Error{Source: "prometheus", Asked: `query "up"`, Reason: "401 Unauthorized", Advice: "set it", Kind: Unauthorized, Err: cause})
	if err.Error() != `wrapped: prometheus: query "up": 401 Unauthorized (set it)` || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	if !SourceFault(err) || SourceFault(&Error{Kind: Rejected}) || SourceFault(cause) || SourceFault(&Error{Kind: Canceled}) {
		t.Error("source faults are those of the whole source")
	}
}

func TestSummarizeLeavesGapsOut(t *testing.T) {
	s := Summarize([]float64{math.NaN(), 4, math.Inf(1), 1, 3, math.NaN()})
	if s.N != 3 || s.Last != 3 || s.Min != 1 || s.Max != 4 || s.Avg != 8.0/3 {
		t.Errorf("%+v", s)
	}
	if s := Summarize([]float64{math.NaN()}); s.N != 0 || !math.IsNaN(s.Last) || !math.IsNaN(s.Avg) {
		t.Errorf("%+v", s)
	}
}

func TestTagsRoundTrip(t *testing.T) {
	in := map[string]string{"b": "2=3", "a": "x y"}
	if j := JoinTags(in); j != "a=x y\x00b=2=3" || fmt.Sprint(SplitTags(j)) != fmt.Sprint(in) {
		t.Errorf("%q → %v", j, SplitTags(j))
	}
	if len(SplitTags("")) != 0 {
		t.Error("no tags")
	}
}

func TestSnapshotAge(t *testing.T) {
	now := time.Unix(100, 0)
	if a := (Snapshot[int]{At: now.Add(-time.Minute)}).Age(now); a != time.Minute {
		t.Errorf("age %v", a)
	}
	if (Snapshot[int]{}).Age(now) != 0 || (Snapshot[int]{}).OK() || (Snapshot[int]{}).Answered() {
		t.Error("an empty snapshot has no age and no answer")
	}
}
