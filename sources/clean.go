package sources

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of Clean, in runes. A label or a name is a word; a message may be a paragraph; a span's attribute may hold
// a whole query or request.
const (
	MaxName = 256
	MaxText = 4096
	MaxLong = 65_536
)

// Clean makes text from outside harmless: it is the one function that every label, span name, tag, annotation,
// health message and error body passes on its way in. It strips C0 and C1 controls (ESC, BEL, CSI ... among them),
// DEL, bidirectional overrides and isolates, zero-width and other format characters, and line and paragraph
// separators; a tab or a newline becomes a space. Invalid UTF-8 becomes U+FFFD. The result has at most MaxText runes;
// what is cut ends with "…".
func Clean(s string) string { return clean(s, MaxText, false) }

// CleanName is Clean bounded to MaxName runes.
func CleanName(s string) string { return clean(s, MaxName, false) }

// CleanLong is Clean bounded to MaxLong runes, for the value of an attribute of a span or an event: it is looked at
// by itself, and must not lose its end there. Where many stand side by side they have to be cut.
func CleanLong(s string) string { return clean(s, MaxLong, false) }

// CleanBlock is CleanLong that keeps newlines (a stack trace, a rule's expression) and turns tabs into four spaces.
func CleanBlock(s string) string { return clean(s, MaxLong, true) }

func clean(s string, limit int, block bool) string {
	if plain(s) && len(s) <= limit {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*limit))
	n, lastMark := 0, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\n' && block:
		case r == '\t' && block:
			b.WriteString("   ")
			r, n = ' ', n+3
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case !printable(r):
			continue
		}
		// A stack of combining marks would climb over its neighbours' lines.
		mark := unicode.Is(unicode.M, r)
		if mark && lastMark {
			continue
		}
		lastMark = mark
		if n >= limit-1 && i < len(s) {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func printable(r rune) bool {
	// unicode.Cf covers bidi controls, zero-width (non-)joiners, BOM, soft hyphen and the tag characters;
	// Zl and Zp break lines on some terminals; Co and Cs have no agreed width.
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) &&
		!(r >= 0xFE00 && r <= 0xFE0F) && !(r >= 0xE0100 && r <= 0xE01EF) && // variation selectors
		r != 0x115F && r != 0x1160 && r != 0x3164 && r != 0xFFA0 // blank fillers
}
