package tui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/handoff"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// handedOff presses x in a directory of its own and carries the command out.
func handedOff(t *testing.T, m *Model) (dir string, said page.Notice) {
	t.Helper()
	dir = t.TempDir()
	t.Chdir(dir)
	_, cmd := m.Update(pagetest.Key("x"))
	for _, msg := range all(cmd) {
		if n, ok := msg.(page.Notice); ok {
			said = n
			m.Update(n)
		}
	}
	return dir, said
}

// all are the messages of a command.
func all(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	batch, ok := msg.(tea.BatchMsg)
	if !ok {
		return []tea.Msg{msg}
	}
	var out []tea.Msg
	for _, c := range batch {
		out = append(out, all(c)...)
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheHandoffsNoticeSaysTheDirectoryOnANarrowScreen(t *testing.T) {
	const name = "dlmon-prod-eu-tenants-20260314T140532Z"
	for _, dir := range []string{"/", "/srv", "/home/ada/tickets/2026/incident-4711", "/home/ada/数据库/テナント/incident"} {
		for _, width := range []int{80, 100, 120, 200} {
			m, _ := newModel(t, pagetest.Reader(), width, 24)
			m.say(page.Notice{Text: wroteText(dir, name, width, m.styles.Glyphs.Ellipsis)})
			line := ansi.Strip(m.tabLine(width))
			said := strings.Split(line, "/"+name+".md and .svg")
			whole := strings.TrimSuffix(dir, "/")
			begin, end, cut := strings.Cut(strings.TrimPrefix(said[0], " · wrote "), "…")
			if len(said) != 2 || !strings.HasPrefix(whole, begin) || !strings.HasSuffix(whole, end) || cut == (begin == whole) || width == 200 && cut {
				t.Errorf("%d columns, %s: %q", width, dir, line)
			}
		}
	}
}

func TestTheHandoffsNoticeSaysTheFilesNameBeforeTheDirectory(t *testing.T) {
	const name = "dlmon-prod-eu-tenants-20260314T140532Z"
	for width, want := range map[int]string{40: "wrote dlmon-pro…140532Z.md ", 62: "wrote " + name + ".md ", 72: "wrote " + name + ".md and .svg "} {
		m, _ := newModel(t, pagetest.Reader(), width, 24)
		m.say(page.Notice{Text: wroteText("/home/ada/tickets/2026/incident-4711", name, width, m.styles.Glyphs.Ellipsis)})
		if line := ansi.Strip(m.tabLine(width)); !strings.Contains(line, want) {
			t.Errorf("%d columns: %q, want %q", width, line, want)
		}
	}
}

func TestXWritesThePageAsMarkdownAndPictureAndSaysWhere(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 200, 40)
	press(m, "2")
	frame := content(m)
	dir, said := handedOff(t, m)
	const stem = "dlmon-prod-eu-tenants-20260314T140532Z"
	if want := "wrote " + dir + "/" + stem + ".md and .svg"; said.Text != want || said.Warn {
		t.Errorf("it says %q, want %q", said.Text, want)
	}
	if !strings.Contains(ansi.Strip(content(m)), said.Text) {
		t.Error("the notice is not on the screen")
	}
	text := read(t, filepath.Join(dir, stem+".md"))
	for _, want := range []string{
		"2026-03-14 13:05:32 UTC to 2026-03-14 14:05:32 UTC", "](<" + stem + ".svg>)",
		"dlmon --context prod-eu --page tenants --time-zone utc --window 1h --at 2026-03-14T13:05:32Z..2026-03-14T14:05:32Z",
		"| acme-corp |", "853 ms", "SlowSearchQueries", "```promql\n", "histogram_quantile(0.95", "| prometheus | ok |", strings.Split(trim(ansi.Strip(frame)), "\n")[5],
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, name := range []string{".md", ".svg"} {
		info, err := os.Stat(filepath.Join(dir, stem+name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("%v is left in the directory: %v", left, err)
	}
}

func TestAHandoffOverwritesNothing(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 80, 24)
	d := m.Handoff()
	dir := t.TempDir()
	mine := filepath.Join(dir, "page.md")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"page-2", "page-3"} {
		where, name, err := writeHandoff(dir, "page", d)
		if err != nil || where != dir || name != want {
			t.Errorf("written as %s in %s: %v", name, where, err)
		}
		if text := read(t, filepath.Join(dir, want+".md")); !strings.Contains(text, want+".svg") {
			t.Errorf("%s names another picture", want)
		}
	}
	if read(t, mine) != "mine" {
		t.Error("a file of the operator's was overwritten")
	}
	if _, err := os.Stat(filepath.Join(dir, "page.svg")); err == nil {
		t.Error("a picture without its text is left")
	}
}

func TestAHandoffThatCannotBeWrittenSaysWhy(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 80, 24)
	_, _, err := writeHandoff(filepath.Join(t.TempDir(), "gone"), "page", m.Handoff())
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}

func TestTheReasonOfAFailedHandoffAndItsRemedyAreReadOnANarrowScreen(t *testing.T) {
	const dir = "/home/ada/tickets/2026/incident-4711/evidence/of/the/night/shift"
	stem := dir + "/dlmon-prod-eu-overview-20260314T140532Z.svg"
	for reason, err := range map[string]error{
		"permission denied":       &fs.PathError{Op: "open", Path: stem, Err: syscall.EACCES},
		"read-only file system":   errors.Join(nil, &fs.PathError{Op: "open", Path: stem, Err: syscall.EROFS}),
		"no space left on device": errors.Join(&fs.PathError{Op: "write", Path: stem, Err: syscall.ENOSPC}, nil),
		"input/output error":      &os.LinkError{Op: "rename", Old: stem, New: stem, Err: syscall.EIO},
	} {
		for _, width := range []int{80, 120, 200} {
			m, _ := newModel(t, pagetest.Reader(), width, 24)
			m.say(page.Notice{Warn: true, Text: failedText(dir, err, width, m.styles.Glyphs.Ellipsis)})
			line := ansi.Strip(m.tabLine(width))
			if !strings.Contains(line, "▲ handoff: "+reason+" in /") || !strings.Contains(line, "; start dlmon elsewhere") || width == 200 && !strings.Contains(line, dir) {
				t.Errorf("%d columns: %q", width, line)
			}
		}
	}
	if got := failedText("", os.NewSyscallError("getwd", syscall.ENOENT), 80, "…"); got != "handoff: no such file or directory; start dlmon elsewhere" {
		t.Errorf("without a directory: %q", got)
	}
}

func TestEveryPageHandsOnItsOwnNumbersAndPicks(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want []string
		args []string
	}{
		{"overview", nil, []string{"| Latency | p95 |", "| acme-corp |", "`Latency (instant; 1h in steps of"}, []string{"--page", "overview"}},
		{"panel", []string{"f"}, []string{"| Latency | p95 |", "# dlmon: Overview › Latency"}, []string{"--panel", "latency-p95"}},
		{"list", []string{"2", "enter", "v", "down", "v"}, []string{"| traces picked | `4bf92f35", "search for traces", "| A |"}, []string{"--page", "tenants"}},
		{"trace", []string{"2", "enter", "enter"}, []string{"Critical path", "| deeplake | `index.scan` |", "| failed spans |"}, []string{"dlmon", "trace", "4bf92f35000000000000000000000000", "--context"}},
		{"alerts", []string{"4"}, []string{"fails to evaluate", "silenced", "`SlowSearchQueries (rule)`", "found duplicate series"}, []string{"--page", "alerts"}},
		{"health", []string{"5"}, []string{"| `external_services` | degraded |", "`services.1.name`"}, []string{"--page", "health"}},
		{"movers", []string{"2", "v", "w"}, []string{"1 d ago"}, []string{"--against", "1d"}},
		{"a tenant from the alerts", []string{"4", "o"}, []string{"| tenant | `"}, []string{"--page", "alerts"}},
		{"business", []string{"6"}, []string{"```promql\n"}, []string{"--page", "business"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := newModel(t, pagetest.Reader(), 120, 40)
			press(m, c.keys...)
			dir, said := handedOff(t, m)
			files, err := filepath.Glob(filepath.Join(dir, "*.md"))
			if err != nil || len(files) != 1 {
				t.Fatalf("%v, %v, %q", files, err, said.Text)
			}
			text := read(t, files[0])
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%.6000s", want, text)
				}
			}
			if argv := m.Handoff().Command; !slices.Contains(argv, c.args[0]) || slices.Index(argv, c.args[1]) != slices.Index(argv, c.args[0])+1 {
				t.Errorf("the command %q lacks %q", argv, c.args)
			}
		})
	}
}

// reopened is a screen that begins where the command of a handoff says.
func reopened(t *testing.T, argv []string) *Model {
	t.Helper()
	after := func(flag string) string {
		if i := slices.Index(argv, flag); i >= 0 {
			return argv[i+1]
		}
		return ""
	}
	o := options(pagetest.Reader(), themes.Default)
	o.Page, o.Tenant, o.Against, o.Alert = after("--page"), after("--tenant"), after("--against"), after("--alert")
	panels := slices.Concat(dashboard.Movers().Panels, dashboard.Builtin()[0].Panels, dashboard.Builtin()[1].Panels)
	if o.Tenant != "" {
		panels = dashboard.TenantPage(o.Tenant).Panels
	}
	for _, p := range panels {
		if p.ID == after("--panel") {
			o.Panel = p
		}
	}
	m := New(o)
	t.Cleanup(m.Close)
	m.Frame(120, 40)
	return m
}

func TestTheCommandOfAHandoffLeadsToThePageOrToTheNearestOneThatLedThere(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		msg  tea.Msg
		want string // the titles of the way
	}{
		{"movers against a day before", []string{"2", "v", "w"}, nil, "Tenants › Movers"},
		{"a tenant from movers", []string{"2", "v", "w", "o"}, nil, "Tenants › Movers › tenant acme-corp"},
		{"a tenant's traces", []string{"2", "o", "enter"}, nil, "Tenants › tenant acme-corp"},
		{"a panel", []string{"f"}, nil, "Overview › Latency"},
		{"a panel of another page", []string{"2", "o"}, page.OpenPanel{Panel: dashboard.Builtin()[1].Panels[0]}, "Business › Datasets"},
		{"a tenant's panel", []string{"2", "o", "tab", "f"}, nil, "Tenants › tenant acme-corp › Search latency"},
		{"a panel of movers", []string{"2", "v", "w"}, page.OpenPanel{Panel: dashboard.Movers().Panels[0]}, "Tenants › Movers › p95 of all requests"},
		{"who takes the load, of neighbours", []string{"2", "n", "f"}, nil, "Tenants › Noisy neighbours"},
		{"silences", []string{"4", "a"}, nil, "Alerts › Silences"},
		{"an alert", []string{"4", "enter"}, nil, "Alerts › SlowSearchQueries"},
		{"a rule", []string{"4", "end", "enter"}, nil, "Alerts › HighErrorRate"},
		{"alerts from elsewhere", nil, page.OpenPage{ID: "alerts"}, "Alerts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := newModel(t, pagetest.Reader(), 120, 40)
			press(m, c.keys...)
			if c.msg != nil {
				open(m, c.msg)
			}
			shown := m.Frame(120, 40)
			d := m.Handoff()
			back := reopened(t, d.Command)
			if got := back.trail(); got != c.want {
				t.Errorf("%q leads to %q, want %q", d.Command, got, c.want)
			}
			if again := back.Frame(120, 40); d.Title == c.want && again != shown {
				t.Errorf("it shows\n%s\nand showed\n%s", ansi.Strip(again), ansi.Strip(shown))
			}
		})
	}
}

func TestWhatHasNoNumbersOfItsOwnHandsOnItsFrameAndItsQueries(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	m.nav.stack = []page.Page{&recorder{Page: m.nav.tabs[0].page}}
	d := m.Handoff()
	if len(d.Report.Queries) == 0 || len(d.Report.Tables) != 0 || !strings.Contains(d.Frame, "Latency") {
		t.Errorf("%d queries, %d tables", len(d.Report.Queries), len(d.Report.Tables))
	}
}

func TestLocalTimeIsSaidInTheCommandAndTheNumbers(t *testing.T) {
	o := options(pagetest.Reader(), themes.Default)
	o.UTC = false
	m := New(o)
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	d := m.Handoff()
	if !slices.Contains(d.Command, "local") || d.To.Location() != time.Local {
		t.Errorf("%v, %v", d.Command, d.To.Location())
	}
}

func TestAHandoffDoesNotSayThatNothingFiresWhereThatIsNotKnown(t *testing.T) {
	r := pagetest.Reader()
	r.AlertsSnap, r.RulesSnap = sources.Snapshot[[]sources.Alert]{}, sources.Snapshot[[]sources.Rule]{}
	m, _ := newModel(t, r, 120, 40)
	press(m, "4")
	text := handoff.Markdown(m.Handoff())
	if strings.Contains(text, "nothing") || !strings.Contains(text, "what fires at that time is not known") || !strings.Contains(text, "## Rules\n\nnot known") {
		t.Errorf("%.3000s", text)
	}
}

func TestAHandoffOfThePastCallsNothingNow(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "[")
	d := m.Handoff()
	for _, s := range append(d.Report.Tables, d.Alerts) {
		if slices.Contains(s.Head, "now") {
			t.Errorf("%s: %v", s.Title, s.Head)
		}
	}
	for _, q := range d.Report.Queries {
		if strings.Contains(q.How, "now") {
			t.Errorf("%s: %s", q.Title, q.How)
		}
	}
}

func TestAHandoffInASCIIIsASCII(t *testing.T) {
	o := options(pagetest.Reader(), func(dark bool) *themes.Styles {
		s := themes.Default(dark)
		s.ASCII = true
		return s
	})
	for _, keys := range [][]string{{"1"}, {"2"}, {"2", "o"}, {"2", "v"}, {"4", "enter"}, {"3"}} {
		m := New(o)
		t.Cleanup(m.Close)
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		press(m, keys...)
		d := m.Handoff()
		for _, text := range []string{handoff.Markdown(d), handoff.SVG(d)} {
			if i := strings.IndexFunc(text, func(r rune) bool { return r > 0x7e }); i >= 0 {
				t.Errorf("%v: %q", keys, text[max(0, i-40):min(len(text), i+20)])
			}
		}
	}
}
