package handoff

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// The size of a cell of the picture, and of its text, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 17.0
	fontSize   = 14
	baseline   = 13.0 // of the text, from the cell's top
	margin     = 10.0
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
// grid of the terminal whatever font there is.
func SVG(d Document) string {
	cells := uv.NewScreenBuffer(max(d.Width, 1), max(d.Height, 1))
	uv.NewStyledString(d.Frame).Draw(cells, cells.Bounds())
	g := groundOf(d.Dark)
	w, h := 2*margin+cellWidth*float64(d.Width), 2*margin+cellHeight*float64(d.Height)

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img">`+"\n", px(w), px(h), px(w), px(h))
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(d.Title))
	fmt.Fprintf(&b, "<desc>%s</desc>\n", escape(stamp(d.From)+" to "+stamp(d.To)+"; "+Shell(d.Command)))
	fmt.Fprintf(&b, `<style>text{font:%dpx ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>`+"\n", fontSize)
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
	top := margin + float64(y)*cellHeight
	all := runs(line)
	for len(all) > 0 && strings.TrimSpace(all[len(all)-1].text) == "" && all[len(all)-1].paint(g).back == g.back {
		all = all[:len(all)-1]
	}
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(texts, `<text y="%s">`, px(top+baseline))
	for _, r := range all {
		p := r.paint(g)
		x, w := margin+float64(r.at)*cellWidth, float64(r.cells)*cellWidth
		if p.back != g.back {
			fmt.Fprintf(back, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n", px(x), px(top), px(w), px(cellHeight), p.back)
		}
		fmt.Fprintf(texts, `<tspan x="%s" textLength="%s" lengthAdjust="spacingAndGlyphs"%s>%s</tspan>`, px(x), px(w), p.attributes(), escape(r.text))
	}
	texts.WriteString("</text>\n")
}

// run is a stretch of cells of one style.
type run struct {
	at, cells int
	text      string
	style     uv.Style
}

// runs takes a line apart. A character that is wider than a cell is a run of its own, so that a font that draws it
// otherwise moves nothing.
func runs(line uv.Line) []run {
	var out []run
	for x := 0; x < len(line); x++ {
		c := line[x]
		width, content := max(c.Width, 1), c.Content
		if content == "" {
			content = " "
		}
		last := len(out) - 1
		if width == 1 && last >= 0 && out[last].at+out[last].cells == x && out[last].cells == len([]rune(out[last].text)) && c.Style.Equal(&out[last].style) {
			out[last].cells++
			out[last].text += content
		} else {
			out = append(out, run{at: x, cells: width, text: content, style: c.Style})
		}
		x += width - 1
	}
	return out
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

func px(v float64) string { return strconv.FormatFloat(v, 'f', -1, 32) }

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
