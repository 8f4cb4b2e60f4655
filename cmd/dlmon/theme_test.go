package dlmon

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dlmon/themes"
)

// withTheme is a config folder that holds a theme, and the environment that names it.
func withTheme(t *testing.T, name, text string) (dir string, env map[string]string) {
	t.Helper()
	home := t.TempDir()
	dir = filepath.Join(home, "dlmon", "themes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, map[string]string{"XDG_CONFIG_HOME": home}
}

func TestThemeOfOnesOwnReplacesWhatItNames(t *testing.T) {
	_, env := withTheme(t, "dusk", `
base: colour-blind-safe
critical: "#ff8800"
dark:
  ok: bright-cyan
  series: ["#5fafff", 214, green]
light:
  critical: 52
  strong: false
`)
	c := loaded(t, env, "--theme", "dusk")
	base := func(dark bool) *themes.Styles {
		s, err := themes.Load("colour-blind-safe", dark, true, false)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	dark, light := c.styles(true), c.styles(false)
	for _, x := range []struct{ what, got, want string }{
		{"critical on dark ground", dark.Critical.Render("x"), "\x1b[1;38;2;255;136;0mx\x1b[m"},
		{"critical on light ground", light.Critical.Render("x"), "\x1b[1;38;5;52mx\x1b[m"},
		{"ok on dark ground", dark.OK.Render("x"), "\x1b[96mx\x1b[m"},
		{"ok on light ground", light.OK.Render("x"), base(false).OK.Render("x")},
		{"warn on dark ground", dark.Warn.Render("x"), base(true).Warn.Render("x")},
		{"warn on light ground", light.Warn.Render("x"), "\x1b[38;5;130mx\x1b[m"},
		{"the third series", dark.SeriesStyle(2).Render("x"), "\x1b[32mx\x1b[m"},
		{"name", dark.Name, "dusk"},
		{"critical in sixteen colours", dark.At(themes.Sixteen).Critical.Render("x"), base(true).At(themes.Sixteen).Critical.Render("x")},
		{"ok in sixteen colours", dark.At(themes.Sixteen).OK.Render("x"), "\x1b[96mx\x1b[m"},
		{"critical without colour", dark.At(themes.None).Critical.Render("x"), "\x1b[1mx\x1b[m"},
	} {
		if x.got != x.want {
			t.Errorf("%s: %q, want %q", x.what, x.got, x.want)
		}
	}
}

func TestThemeIsFoundBesideTheConfigFileInUse(t *testing.T) {
	path := write(t, "other.yaml", "theme: dusk\n")
	dir := filepath.Join(filepath.Dir(path), "themes")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dusk.yaml"), []byte("ok: 46\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, env := withTheme(t, "dusk", "ok: 47\n")
	if got := loaded(t, env, "--config", path).styles(true).OK.Render("x"); got != "\x1b[38;5;46mx\x1b[m" {
		t.Errorf("%q", got)
	}
}

func TestThemeSaysWhereWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"colour", "ok: grass\n", `:1: ok: expected a colour: #rrggbb, 0 to 255, black, red, green, yellow, blue, magenta, cyan, white, bright-red and so on, or none, got "grass"`},
		{"number", "dark:\n  ok: 256\n", `:2: dark.ok: expected a colour: `},
		{"hex", "ok: \"#12345\"\n", `:1: ok: expected a colour: `},
		{"hex without quotes", "ok: #123456\n", `:1: ok: expected a colour: #rrggbb, 0 to 255, black, red, green, yellow, blue, magenta, cyan, white, bright-red and so on, or none, got nothing (a colour that begins with # needs quotes)`},
		{"list for a colour", "ok: [1]\n", `:1: ok: expected one colour, got a list`},
		{"unknown key", "base: default\ncritcal: red\n", `:2: critcal: unknown key, did you mean critical?`},
		{"unknown key on a ground", "light:\n  serie: [1]\n", `:2: light.serie: unknown key, did you mean series?`},
		{"base on a ground", "dark: {base: default}\n", `:1: dark.base: unknown key, expected one of badge-text, bar, bar-text, border, `},
		{"unknown key, nothing near", "foo: 1\n", `:1: foo: unknown key, expected one of badge-text, bar, bar-text, base, border, critical, dark, faint, focus, heat, light, muted, ok, `},
		{"base", "base: neon\n", `:1: base: expected one of default, high-contrast, colour-blind-safe, got "neon"`},
		{"strong", "strong: yes please\n", `:1: strong: expected true or false, got "yes please"`},
		{"series", "series: red\n", `:1: series: expected a list of colours such as ["#5fafff", 214, green], got "red"`},
		{"empty list", "heat: []\n", `:1: heat: expected a list of colours such as ["#5fafff", 214, green], got an empty list`},
		{"colour of a series", "series: [red, rde]\n", `:1: series.1: expected a colour: `},
		{"twice", "ok: 1\nok: 2\n", `:2: ok: expected once, got it in line 1 too`},
		{"no mapping", "- ok\n", `:1: expected colours such as ok: "#7fd962", got a list`},
		{"ground is no mapping", "dark: red\n", `:1: dark: expected keys and values, got a single value`},
		{"empty", "", `: expected colours such as ok: "#7fd962", got nothing`},
		{"no YAML", "ok: [\n", `: line `},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, env := withTheme(t, "mine", c.file)
			got := execute(t, env, "config", "--check", "--theme", "mine")
			if want := "dlmon: " + filepath.Join(dir, "mine.yaml") + c.want; got.code != ExitUsage || !strings.HasPrefix(got.errors, want) {
				t.Errorf("exit %d, errors\n%s\nwant exit 3 and\n%s", got.code, got.errors, want)
			}
		})
	}
}

func TestUnknownThemeIsRefusedWithTheNamesThereAre(t *testing.T) {
	dir, env := withTheme(t, "dusk", "ok: 46\n")
	got := execute(t, env, "config", "--check", "--theme", "dust")
	want := `dlmon: --theme: expected one of default, high-contrast, colour-blind-safe, mono, dusk, or a theme of your own, dust.yaml in ` + dir + `, got "dust", did you mean dusk?`
	if got.code != ExitUsage || strings.TrimSpace(got.errors) != want {
		t.Errorf("exit %d, errors\n%s\nwant\n%s", got.code, got.errors, want)
	}
	for _, path := range []string{"../dusk", "/etc/passwd", ""} {
		if got := execute(t, env, "config", "--check", "--theme="+path); got.code != ExitUsage || !strings.Contains(got.errors, "expected the name of a theme") {
			t.Errorf("--theme=%s: exit %d, %s", path, got.code, got.errors)
		}
	}
}

func TestOnlyThemesThatCanBeAskedForAreOffered(t *testing.T) {
	dir, env := withTheme(t, "rv", "ok: 46\n")
	for _, name := range []string{"default", "my theme"} {
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte("ok: 3\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := execute(t, env, "config", "--check", "--theme", "rv.yaml")
	want := `dlmon: --theme: expected one of default, high-contrast, colour-blind-safe, mono, rv, or a theme of your own, rv.yaml in ` + dir + `, got "rv.yaml"; leave out .yaml`
	if got.code != ExitUsage || strings.TrimSpace(got.errors) != want {
		t.Errorf("exit %d, errors\n%s\nwant\n%s", got.code, got.errors, want)
	}
}

func TestAFileOfABuiltInThemesNameIsNotPassedOver(t *testing.T) {
	dir, env := withTheme(t, "default", "ok: 3\n")
	want := "dlmon: " + filepath.Join(dir, "default.yaml") + ": the theme default is built in, and this file is not read; give it another name"
	for _, args := range [][]string{{"--theme", "default"}, {}} {
		if got := execute(t, env, append(args, "config", "--check")...); got.code != ExitUsage || strings.TrimSpace(got.errors) != want {
			t.Errorf("%v: exit %d, errors\n%s\nwant\n%s", args, got.code, got.errors, want)
		}
	}
	if got := execute(t, env, "config", "--check", "--theme", "mono"); got.code != ExitOK {
		t.Errorf("another theme: exit %d, %s", got.code, got.errors)
	}
}

// The guide for those who make a theme shows one; it has to be right.
func TestThemeInTheDocsIsRight(t *testing.T) {
	text, err := os.ReadFile("../../docs/terminals.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatal("docs/terminals.md shows no theme")
	}
	custom, err := parseTheme("example", "docs/terminals.md", found[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range themes.Roles() {
		if !strings.Contains(string(text), "`"+role+"`") {
			t.Errorf("docs/terminals.md does not say what %s is", role)
		}
	}
	if custom.Base == "" || len(custom.Dark.Roles) == 0 || len(custom.Light.Roles) == 0 {
		t.Errorf("it shows too little: %+v", custom)
	}
}
