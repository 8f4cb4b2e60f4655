package chart

import "math"

// Heatmap draws buckets over time on exactly h rows of w cells, labels and axis included. Buckets come lowest first,
// with one value per column each (a rate or a count in the bucket, not cumulative) and one label; the lowest is
// drawn at the bottom. signs are the shades, the one of an empty cell first, each one cell wide. The scale of the
// shades is logarithmic, so that a few slow searches show beside thousands of quick ones. Where several columns fall
// on one cell the largest is kept; where buckets are more than rows, neighbours are summed. The bucket and
// the column being read are marked: the bucket's label by a pointer, the cell by a sign that is no shade.
func Heatmap(buckets [][]float64, labels []string, w, h int, signs []string, f Frame) [][]Cell {
	plotH := h - f.Time.lines()
	if plotH < 2 {
		f.Time, plotH = TimeAxis{}, h
	}
	if len(buckets) == 0 || plotH <= 0 || w <= 0 || len(signs) < 2 {
		return framed(nil, nil, w, h, 0, f)
	}
	picked := -1 // the row of the bucket being read, from the bottom
	if f.Bucket >= 0 && f.Bucket < len(buckets) {
		picked = merged(f.Bucket, len(buckets), plotH)
	}
	buckets, labels = sumNeighbours(buckets, labels, plotH)
	each := max(plotH/len(buckets), 1)
	rowLabels := make([]string, 0, len(buckets)*each)
	for i := len(buckets) - 1; i >= 0; i-- {
		rowLabels = append(rowLabels, labels[i])
		for range each - 1 {
			rowLabels = append(rowLabels, "")
		}
	}
	width := w - margin(rowLabels, w)
	columns, top := 0, 0.0
	fitted := make([][]float64, len(buckets))
	for i, b := range buckets {
		columns = max(columns, len(b))
		fitted[i] = Peaks(b, width)
		if _, hi, ok := bounds(fitted[i]); ok {
			top = max(top, hi)
		}
	}
	if columns == 0 {
		return framed(nil, nil, w, h, 0, f)
	}
	var rows [][]Cell
	for i := len(buckets) - 1; i >= 0; i-- {
		row := blanks(width)
		for x, v := range fitted[i] {
			if level := shade(v, top, len(signs)); level >= 0 {
				row[x] = Cell{[]rune(signs[level])[0], HeatInk(level)}
			}
		}
		for range each {
			rows = append(rows, row)
		}
	}
	out := framed(rows, rowLabels, w, h, columns, f)
	if x := Column(f.Cursor, columns, width); x >= 0 && picked >= 0 {
		y, left := (len(buckets)-1-picked)*each, w-width
		if left > 0 {
			out[y][left-1] = Cell{f.sign('►', '>'), Cursor}
		}
		for i := range each {
			out[y+i][left+x] = Cell{f.sign('◆', 'X'), Cursor}
		}
	}
	return out
}

// merged is where bucket i of count stands among the buckets that sumNeighbours leaves of them.
func merged(i, count, n int) int {
	if count <= n {
		return i
	}
	for k := range n {
		if _, to := share(k, count, n); i < to {
			return k
		}
	}
	return n - 1
}

// shade is the level of v among levels shades: -1 for a gap, 0 for nothing, at least 1 for anything.
func shade(v, top float64, levels int) int {
	switch {
	case !finite(v):
		return -1
	case v <= 0 || top <= 0:
		return 0
	}
	// A hundredth of the fullest cell is still told from a thousandth.
	part := math.Log1p(100*(v/top)) / math.Log1p(100)
	return min(max(int(math.Ceil(part*float64(levels-1))), 1), levels-1)
}

// Shade is the largest value drawn with a level of levels shades, as a part of the largest value of all.
func Shade(level, levels int) float64 {
	part := float64(level) / float64(max(levels-1, 1))
	return math.Expm1(part*math.Log1p(100)) / 100
}

// sumNeighbours merges buckets until there are at most n. A merged bucket carries the label of its upper one.
func sumNeighbours(buckets [][]float64, labels []string, n int) ([][]float64, []string) {
	names := make([]string, len(buckets))
	copy(names, labels)
	if len(buckets) <= n {
		return buckets, names
	}
	out, outNames := make([][]float64, n), make([]string, n)
	for i := range out {
		from, to := share(i, len(buckets), n)
		outNames[i] = names[to-1]
		columns := 0
		for _, b := range buckets[from:to] {
			columns = max(columns, len(b))
		}
		out[i] = gaps(columns)
		for _, b := range buckets[from:to] {
			for x, v := range b {
				switch {
				case !finite(v):
				case math.IsNaN(out[i][x]):
					out[i][x] = v
				default:
					out[i][x] += v
				}
			}
		}
	}
	return out, outNames
}
