package themes

import (
	"image/color"
	"math"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// rgb is a colour in linear light, 0 to 1.
type rgb [3]float64

func hex(n uint32) rgb {
	return rgb{linear(float64(n>>16&0xff) / 255), linear(float64(n>>8&0xff) / 255), linear(float64(n&0xff) / 255)}
}

// linear undoes the gamma of sRGB (IEC 61966-2-1).
func linear(c float64) float64 {
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	luminance := func(c rgb) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// vision is a way to see colours.
type vision struct {
	name string
	m    [3]rgb
}

// visions are how a colour is seen, as matrices on linear light: by most, and without one of the three cones (Machado,
// Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1).
var visions = []vision{
	{"normal", [3]rgb{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"protanopia", [3]rgb{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
	{"deuteranopia", [3]rgb{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
	{"tritanopia", [3]rgb{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
}

func times(m [3]rgb, c rgb) (out rgb) {
	for i, row := range m {
		out[i] = min(max(row[0]*c[0]+row[1]*c[1]+row[2]*c[2], 0), 1)
	}
	return out
}

// distance is the Euclidean one in Oklab (Ottosson, "A perceptual color space for image processing", 2020): 1 from
// black to white, 0.02 is just seen side by side.
func distance(a, b rgb) float64 {
	la, lb := oklab(a), oklab(b)
	return math.Hypot(math.Hypot(la[0]-lb[0], la[1]-lb[1]), la[2]-lb[2])
}

func oklab(c rgb) rgb {
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return rgb{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// sixteens are what terminals make of their sixteen colours.
var sixteens = map[string][16]uint32{
	"xterm": {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff},
	"Linux console": {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
		0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff},
	"Windows": {0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xcccccc,
		0x767676, 0xe74856, 0x16c60c, 0xf9f1a5, 0x3b78ff, 0xb4009e, 0x61d6d6, 0xf2f2f2},
}

// screen is a terminal: its own text and ground, and its sixteen colours.
type screen struct {
	name         string
	dark         bool
	text, ground rgb
	sixteen      [16]uint32
}

// screens are terminals of both grounds, with every set of sixteen colours.
func screens() []screen {
	var out []screen
	for name, sixteen := range sixteens {
		out = append(out, screen{name, true, hex(sixteen[7]), hex(0), sixteen}, screen{name, false, hex(0), hex(0xffffff), sixteen})
	}
	return out
}

// seen is the colour that the terminal shows, whose own is used where none is set.
func (t screen) seen(c color.Color, own rgb) rgb {
	switch c := c.(type) {
	case nil, lipgloss.NoColor:
		return own
	case ansi.BasicColor:
		return hex(t.sixteen[c])
	}
	r, g, b, _ := c.RGBA()
	return hex(r>>8<<16 | g>>8<<8 | b>>8)
}

// pair is what a style draws with on a terminal: text and ground.
func (t screen) pair(st lipgloss.Style) (text, ground rgb) {
	text, ground = t.seen(st.GetForeground(), t.text), t.seen(st.GetBackground(), t.ground)
	if st.GetBold() && st.GetForeground() == ansi.Black {
		text = hex(t.sixteen[ansi.BrightBlack]) // what many make of bold; other colours only get brighter
	}
	if st.GetReverse() {
		return ground, text
	}
	return text, ground
}
