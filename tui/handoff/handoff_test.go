package handoff

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
)

// evil are texts that would like to be more than text: markup, HTML, a fence's end, a mention, a link, a shell's code.
var evil = []string{
	"a|b", `a\|b`, `a\`, "```", "``` `a` ````", "`", "<script>alert(1)</script>", "&lt;", "@everyone", "![x](http://evil.example/p.png)",
	"</text></svg>", "]]>", "www.evil.example", "a\nb", "a\x1b[31mb", "a\u0000b", `"'`, "$(reboot)", "'; reboot; '", "-rf", "--", "", "#1", "数据", "👩‍👩‍👧",
}

func document(name string) Document {
	at := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	return Document{
		Title: "Tenants", Context: name, Version: "1.2.3", Made: at, From: at.Add(-time.Hour), To: at, Live: true,
		Sources: page.Sheet{Title: "Sources", Head: []string{"source", "url"}, Rows: [][]string{{"prometheus", name}}},
		Alerts:  page.Sheet{Title: "Alerts", Head: []string{"alert", "labels"}, Rows: [][]string{{name, "x"}}},
		Report: page.Report{
			Queries: []page.Query{{Title: "Latency", Expr: "up{a=\"" + name + "\"}", How: "now"}, {Title: "Latency", Expr: "up{a=\"" + name + "\"}", How: "1h in steps of 30s"}},
			Tables:  []page.Sheet{{Title: "Values", Head: []string{"tenant", "p95"}, Rows: [][]string{{name, "812 ms"}}, More: 7}},
			Traces:  []string{"4bf92f35"}, Tenant: name,
		},
		Command: []string{"dlmon", "--tenant", name}, Frame: "\x1b[1m" + ansi.Strip(strings.ReplaceAll(name, "\n", " ")) + "\x1b[m ok\nsecond", Width: 40, Height: 3, Dark: true,
	}
}

func TestMarkdownHoldsWhatTheTicketNeeds(t *testing.T) {
	text := Markdown(document("acme-corp"))
	for _, want := range []string{
		"# dlmon: Tenants", "2026-11-23 14:00:00 UTC to 2026-11-23 15:00:00 UTC, live when written", "```sh\ndlmon --tenant acme-corp\n```",
		"| acme-corp | 812 ms |", "7 more rows are left out", "`Latency (now; 1h in steps of 30s)`:\n\n```promql\nup{a=\"acme-corp\"}\n```",
		"| traces picked | `4bf92f35` |", "```text\nacme-corp ok\nsecond\n```", "| prometheus | acme-corp |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// outside is what is left of Markdown when its fences and code spans are taken away, as CommonMark takes them.
func outside(t *testing.T, text string) string {
	t.Helper()
	var out []string
	fence := ""
	for line := range strings.SplitSeq(text, "\n") {
		marks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "":
			if len(marks) >= len(fence) && marks == line {
				fence = ""
			}
		case len(marks) >= 3:
			fence = marks
		default:
			out = append(out, line)
		}
	}
	if fence != "" {
		t.Errorf("a fence stays open in\n%s", text)
	}
	rest := strings.Join(out, "\n")
	var b strings.Builder
	for rest != "" {
		i := strings.IndexByte(rest, '`')
		if i < 0 {
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		n := len(rest) - len(strings.TrimLeft(rest, "`"))
		end := closing(rest[n:], n)
		if end < 0 {
			t.Errorf("a code span stays open: %q", rest[:min(len(rest), 60)])
			return b.String()
		}
		rest = rest[n+end+n:]
	}
	return b.String() + rest
}

// closing is where a run of exactly n backticks begins.
func closing(s string, n int) int {
	for i := 0; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if run == n {
			return i
		}
		i += run
	}
	return -1
}

func TestNothingHostileLeavesItsCodeSpanOrFence(t *testing.T) {
	clean := outside(t, Markdown(document("acme")))
	for _, name := range evil {
		text := Markdown(document(name))
		rest := outside(t, text)
		for _, bad := range []string{"<script", "](http", "@everyone", "www.", "reboot", "\x1b", "\x00", "svg>"} {
			if strings.Contains(rest, bad) {
				t.Errorf("%q: %q stands outside of code in\n%s", name, bad, text)
			}
		}
		if got, want := strings.Count(rest, "\n"), strings.Count(clean, "\n"); got > want {
			t.Errorf("%q makes %d lines of %d", name, got, want)
		}
	}
}

func TestABarInACellStaysInItsCell(t *testing.T) {
	for _, line := range strings.Split(Markdown(document(`a|b\|c`)), "\n") {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells, escaped := 0, false
		for _, r := range line { // as GFM splits a row
			if r == '|' && !escaped {
				cells++
			}
			escaped = r == '\\'
		}
		if cells != 3 {
			t.Errorf("%d bars in %q", cells, line)
		}
	}
}

func TestAShellTakesTheCommandApartAsItWasGiven(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	args := append([]string{"printf", `%s\0`}, evil...)
	args = slices.DeleteFunc(args, func(s string) bool { return strings.Contains(s, "\x00") })
	out, err := exec.Command(sh, "-c", Shell(args)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), strings.Join(args[2:], "\x00")+"\x00"; got != want {
		t.Errorf("the shell saw %q, want %q", got, want)
	}
}

// drawn is the text of an SVG by line, and the place of every character of it.
func drawn(t *testing.T, svg string) (lines []string, places [][]int) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	in := ""
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return lines, places
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			in = tok.Name.Local
			switch in {
			case "script", "a", "image", "foreignObject":
				t.Fatalf("a picture with a <%s>", in)
			case "text":
				lines, places = append(lines, ""), append(places, nil)
			case "tspan":
				for _, a := range tok.Attr {
					if a.Name.Local == "x" {
						for x := range strings.FieldsSeq(a.Value) {
							n, err := strconv.Atoi(x)
							if err != nil {
								t.Fatal(err)
							}
							places[len(places)-1] = append(places[len(places)-1], n)
						}
					}
				}
			}
		case xml.CharData:
			if in == "tspan" {
				lines[len(lines)-1] += string(tok)
			}
		case xml.EndElement:
			in = ""
		}
	}
}

func TestThePictureHoldsTheFrameAsTextOnItsGrid(t *testing.T) {
	d := document("acme")
	d.Frame = "\x1b[38;5;203m✖\x1b[m p95 <b>\x1b[7m sel \x1b[m|\n数据x é e\u0301 👩‍👩‍👧 end\n"
	lines, places := drawn(t, SVG(d))
	if want := []string{"✖ p95 <b> sel |", "数据x é e\u0301 👩‍👩‍👧 end"}; !slices.Equal(lines, want) {
		t.Errorf("its lines are %q, want %q", lines, want)
	}
	for i, x := range places[0] {
		if want := margin + i*cellWidth; x != want {
			t.Errorf("character %d stands at %d, want %d", i, x, want)
		}
	}
	// Two wide characters before it: the x stands on the fifth cell, the last d where its line ends.
	second := places[1]
	if second[2] != margin+4*cellWidth || second[len(second)-1] != margin+(ansi.StringWidth("数据x é e\u0301 👩‍👩‍👧 end")-1)*cellWidth {
		t.Errorf("places of the second line: %v", second)
	}
	if !strings.Contains(SVG(d), `fill="#ff5f5f"`) || !strings.Contains(SVG(d), `<rect x="`+strconv.Itoa(margin+9*cellWidth)) {
		t.Error("colours or the reversed ground are lost")
	}
}

func TestAPictureOfHostileTextIsAPicture(t *testing.T) {
	for _, name := range evil {
		d := document(name)
		d.Title = name
		lines, _ := drawn(t, SVG(d))
		if len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), "ok") {
			t.Errorf("%q: lines %q", name, lines)
		}
	}
}

func FuzzNothingLeavesMarkdownOrPicture(f *testing.F) {
	for _, name := range evil {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d := document(strings.ToValidUTF8(name, "?"))
		outside(t, Markdown(d))
		drawn(t, SVG(d))
	})
}

func TestInASCIIWhatIsToBeRunStaysAsItIs(t *testing.T) {
	d := document("zürich")
	d.Title, d.Command = "Tenants › zürich", []string{"dlmon", "--tenant", "zürich"}
	was := Markdown(d)
	got := Markdown(d.ASCII())
	for _, want := range []string{"# dlmon: `Tenants > z?rich`", "| prometheus | `z?rich` |", "dlmon --tenant 'zürich'", `up{a="zürich"}`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if svg := SVG(d.ASCII()); !strings.Contains(svg, "<title>Tenants &gt; z?rich</title>") {
		t.Errorf("%.300s", svg)
	}
	if Markdown(d) != was {
		t.Error("the document itself was folded")
	}
}
