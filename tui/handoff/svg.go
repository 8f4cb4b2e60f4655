package handoff

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// The size of a cell of the picture, and of its text, in pixels.
const (
	cellWidth  = 8
	cellHeight = 16
	fontSize   = "13.3px" // most monospaced fonts are 0.6 of that wide
	baseline   = 12       // of the text, from the cell's top
	margin     = 8
)

// ground is the text's own colour and the background's, where a style names none.
type ground struct{ text, back string }

func groundOf(dark bool) ground {
	if dark {
		return ground{"#d4d4d8", "#18181b"}
	}
	return ground{"#27272a", "#fafafa"}
}

// SVG draws d's frame as one self-contained picture: its text can be selected and searched, and stands on the exact
// grid of the terminal whatever font there is, for every character has a place of its own. (A length to stretch runs of
// text to would be shorter, but not every browser heeds it within a line.)
func SVG(d Document) string {
	cells := uv.NewScreenBuffer(max(d.Width, 1), max(d.Height, 1))
	cells.Method = ansi.GraphemeWidth // as the screen was laid out
	uv.NewStyledString(d.Frame).Draw(cells, cells.Bounds())
	g := groundOf(d.Dark)
	w, h := 2*margin+cellWidth*d.Width, 2*margin+cellHeight*d.Height

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" xml:space="preserve">`+"\n", w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(d.Title))
	fmt.Fprintf(&b, "<desc>%s</desc>\n", escape(stamp(d.From)+" to "+stamp(d.To)+"; "+Shell(d.Command)))
	fmt.Fprintf(&b, `<style>text{font:%s ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>`+"\n", fontSize)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="%s"/>`+"\n", g.back)
	var texts strings.Builder
	for y := range d.Height {
		drawLine(&b, &texts, cells.Line(y), y, g)
	}
	b.WriteString(texts.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// drawLine draws one line: its backgrounds into back, its text, one element for each line so that it is selected as a
// whole, into texts.
func drawLine(back, texts *strings.Builder, line uv.Line, y int, g ground) {
	top := margin + y*cellHeight
	all := runs(line)
	for _, r := range all {
		if p := r.paint(g); p.back != g.back {
			fmt.Fprintf(back, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", margin+r.at*cellWidth, top, r.cells*cellWidth, cellHeight, p.back)
		}
	}
	for len(all) > 0 && strings.TrimSpace(all[len(all)-1].text) == "" {
		all = all[:len(all)-1]
	}
	if len(all) == 0 {
		return
	}
	if last := &all[len(all)-1]; !last.odd {
		last.text = strings.TrimRight(last.text, " ")
		last.cells = utf8.RuneCountInString(last.text)
	}
	fmt.Fprintf(texts, `<text y="%d">`, top+baseline)
	for _, r := range all {
		fmt.Fprintf(texts, `<tspan x="%s"%s>%s</tspan>`, r.places(), r.paint(g).attributes(), escape(r.text))
	}
	texts.WriteString("</text>\n")
}

// run is a stretch of cells of one style.
type run struct {
	at, cells int
	text      string
	style     uv.Style
	odd       bool // one character that is not one cell and one unit of text
}

// runs takes a line apart. What is wider than a cell, or made of several characters, is a run of its own: it has one
// place, and moves nothing after it.
func runs(line uv.Line) []run {
	var out []run
	for x := 0; x < len(line); x++ {
		c := line[x]
		width, content := max(c.Width, 1), c.Content
		if content == "" {
			content = " "
		}
		first, size := utf8.DecodeRuneInString(content)
		odd := width > 1 || size < len(content) || first > 0xffff
		if n := len(out) - 1; !odd && n >= 0 && !out[n].odd && c.Style.Equal(&out[n].style) {
			out[n].cells++
			out[n].text += content
		} else {
			out = append(out, run{at: x, cells: width, text: content, style: c.Style, odd: odd})
		}
		x += width - 1
	}
	return out
}

// places are where a run's characters stand: each on its cell.
func (r run) places() string {
	at := func(i int) string { return strconv.Itoa(margin + (r.at+i)*cellWidth) }
	if r.odd {
		return at(0)
	}
	all := make([]string, r.cells)
	for i := range all {
		all[i] = at(i)
	}
	return strings.Join(all, " ")
}

// paint is a run's look in the picture's terms.
type paint struct {
	text, back                             string
	bold, faint, italic, underline, strike bool
}

func (r run) paint(g ground) paint {
	p := paint{text: hex(r.style.Fg, g.text), back: hex(r.style.Bg, g.back)}
	has := func(attr uint8) bool { return r.style.Attrs&attr != 0 }
	p.bold, p.faint, p.italic, p.strike = has(uv.AttrBold), has(uv.AttrFaint), has(uv.AttrItalic), has(uv.AttrStrikethrough)
	p.underline = r.style.Underline != uv.UnderlineNone
	if has(uv.AttrReverse) {
		p.text, p.back = p.back, p.text
	}
	return p
}

func (p paint) attributes() string {
	out := ` fill="` + p.text + `"`
	if p.bold {
		out += ` font-weight="bold"`
	}
	if p.faint {
		out += ` fill-opacity="0.6"`
	}
	if p.italic {
		out += ` font-style="italic"`
	}
	switch {
	case p.underline:
		out += ` text-decoration="underline"`
	case p.strike:
		out += ` text-decoration="line-through"`
	}
	return out
}

func hex(c color.Color, none string) string {
	if c == nil {
		return none
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// escape makes s text of an XML document: characters that XML has no place for are dropped.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\t', r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff, r >= 0xd800 && r < 0xe000:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}
