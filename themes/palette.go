package themes

// palette is a theme's colours, as lipgloss takes them: numbers of the 256-colour table, below 16 the terminal's own
// ANSI colours, or #rrggbb. The built-in themes keep to the table above 16: short on the wire, and the same on every
// terminal, whatever its own sixteen colours are set to. An empty colour is the terminal's own.
type palette struct {
	text, muted, faint, border    string
	ok, warn, critical, pending   string
	stale, focus                  string
	selected, bar, barText, onHue string   // backgrounds and the text on them; no selected: reversed; no bar: no ground
	series                        []string // enough of them to tell lines apart
	heat                          []string // from little to full; empty cells take no colour
	strong                        bool     // bold where a state is told
}

// The palettes hold, and a test checks: on a black or white screen, on the selected row and on the status bar, text has
// a contrast of 4.5 at least (WCAG 2.2, 1.4.3), in high contrast 7 on dark and 5.5 on light ground; lines have 3.
var (
	defaultDark = palette{
		muted: "247", faint: "242", border: "240",
		ok: "114", warn: "221", critical: "203", pending: "180",
		stale: "215", focus: "117",
		selected: "18", bar: "235", barText: "252", onHue: "16",
		series: []string{"75", "215", "114", "177", "80", "222", "168", "109"},
		heat:   []string{"24", "31", "37", "79", "122", "229"},
	}
	defaultLight = palette{
		muted: "241", faint: "245", border: "248",
		ok: "28", warn: "130", critical: "160", pending: "94",
		stale: "90", focus: "25",
		selected: "230", bar: "230", barText: "235", onHue: "231",
		series: []string{"26", "166", "28", "91", "30", "94", "161", "60"},
		heat:   []string{"153", "110", "67", "31", "25", "18"},
	}
	contrastDark = palette{
		muted: "252", faint: "248", border: "250",
		ok: "46", warn: "226", critical: "203", pending: "214",
		stale: "215", focus: "51",
		onHue:  "16",
		series: []string{"51", "226", "46", "207", "231", "208", "45", "213"},
		heat:   []string{"21", "33", "39", "51", "123", "231"},
		strong: true,
	}
	contrastLight = palette{
		muted: "236", faint: "240", border: "238",
		ok: "22", warn: "94", critical: "124", pending: "52",
		stale: "90", focus: "18",
		onHue:  "231",
		series: []string{"18", "124", "22", "53", "16", "94", "23", "89"},
		heat:   []string{"117", "75", "33", "21", "19", "17"},
		strong: true,
	}
	// Blue, yellow and vermilion, after Okabe and Ito, "Color Universal Design" (2008): no kind of colour blindness takes
	// two of them for one. On white ground yellow is unreadable and vermilion too near to brown, so that lightness has to
	// tell: blue, brown and a purple that is almost black.
	colourBlindDark = palette{
		muted: "247", faint: "242", border: "240",
		ok: "75", warn: "227", critical: "202", pending: "252",
		stale: "182", focus: "231",
		selected: "18", bar: "235", barText: "252", onHue: "16",
		series: []string{"75", "214", "36", "227", "182", "202", "33", "252"},
		heat:   []string{"18", "25", "67", "109", "186", "227"},
		strong: true,
	}
	colourBlindLight = palette{
		muted: "241", faint: "245", border: "248",
		ok: "27", warn: "130", critical: "53", pending: "238",
		stale: "90", focus: "16",
		selected: "230", bar: "230", barText: "235", onHue: "231",
		series: []string{"25", "130", "29", "90", "16", "166", "33", "241"},
		heat:   []string{"229", "186", "109", "67", "25", "18"},
		strong: true,
	}
)

// The palettes for terminals of sixteen colours say what each state is there: the nearest of the sixteen to a colour of
// the table may be a dark one nobody can read, or the same for two states. On white ground, none of the sixteen greens,
// yellows and cyans can be read.
var (
	ansiDark = palette{
		muted: "7", faint: "8", border: "8",
		ok: "10", warn: "11", critical: "9", pending: "7",
		stale: "11", focus: "14", onHue: "0",
		series: []string{"14", "11", "10", "13", "12", "7"},
		heat:   []string{"12", "6", "14", "10", "11", "15"},
		strong: true,
	}
	ansiLight = palette{
		faint: "8", border: "8",
		warn: "5", critical: "1",
		stale: "5", focus: "4", onHue: "15",
		series: []string{"4", "1", "5", "8"},
		heat:   []string{"6", "12", "4", "5"},
		strong: true,
	}
	ansiColourBlindDark = func() palette {
		p := ansiDark
		p.ok, p.focus = "14", "15"
		p.series = []string{"14", "11", "13", "15", "12", "9"}
		return p
	}()
)

// builtin is a built-in theme: its palettes on dark and light ground, in the 256-colour table and in sixteen colours.
type builtin struct {
	name            string
	dark, light     palette
	dark16, light16 palette
}

// The names of the built-in themes.
const (
	nameDefault     = "default"
	nameContrast    = "high-contrast"
	nameColourBlind = "colour-blind-safe"
	nameMono        = "mono"
)

var builtins = []builtin{
	{nameDefault, defaultDark, defaultLight, ansiDark, ansiLight},
	{nameContrast, contrastDark, contrastLight, ansiDark, ansiLight},
	{nameColourBlind, colourBlindDark, colourBlindLight, ansiColourBlindDark, ansiLight},
}

// on is the theme's palette for a ground and a depth that has colours.
func (b builtin) on(dark bool, depth Depth) palette {
	switch {
	case depth == Sixteen && dark:
		return b.dark16
	case depth == Sixteen:
		return b.light16
	case dark:
		return b.dark
	}
	return b.light
}
