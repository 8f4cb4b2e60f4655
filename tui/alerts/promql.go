package alerts

// What an alerting rule compares, read off its PromQL without a parser: a scan for the operators that stand outside all
// brackets and quotes. What it can't tell for sure it says it can't tell.

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// condition is a rule's expression taken apart: the side that is drawn, and what it is compared with.
type condition struct {
	expr string // the whole, without comments
	left string // what is drawn; expr where there is no comparison to be told
	op   string // >, <, >=, <=, == or !=, as it reads with left on the left; "" where there is none
	// threshold is the number on the other side, NaN where there is none: note says why.
	threshold float64
	note      string
	also      string // what has to hold beside: "and rate(x[5m]) > 1"
}

func (c condition) known() bool { return !math.IsNaN(c.threshold) }

// operator is a comparison or a set operator outside all brackets.
type operator struct {
	text     string // in lower case
	from, to int
}

func (o operator) set() bool { return o.text == "and" || o.text == "or" || o.text == "unless" }

// maxExpr bounds in bytes what is read: brackets within brackets are scanned once for each pair.
const maxExpr = 8 << 10

// conditionOf takes an expression apart.
func conditionOf(promql string) condition {
	if len(promql) > maxExpr {
		return condition{expr: promql, left: promql, threshold: math.NaN(), note: "it is too long to be read"}
	}
	expr, ops, ok := scan(promql)
	if !ok {
		return condition{expr: expr, left: expr, threshold: math.NaN(), note: "its brackets or quotes do not match"}
	}
	if inner, ok := unwrapped(expr); ok {
		return conditionOf(inner)
	}
	raw := func(note string) condition {
		return condition{expr: expr, left: expr, threshold: math.NaN(), note: note}
	}
	if slices.ContainsFunc(ops, func(o operator) bool { return o.text == "or" }) {
		return raw("several conditions are joined by or")
	}
	// and and unless bind weaker than comparisons, and keep the values of what stands before the first of them.
	if i := slices.IndexFunc(ops, operator.set); i >= 0 {
		c := conditionOf(expr[:ops[i].from])
		c.expr = expr
		c.also = strings.TrimSpace(c.also + " " + oneLine(expr[ops[i].from:]))
		return c
	}
	switch len(ops) {
	case 0:
		return raw("it compares with nothing: it fires wherever this has a value")
	case 1:
	default:
		return raw("it compares more than once")
	}
	o := ops[0]
	left, right := strings.TrimSpace(expr[:o.from]), strings.TrimSpace(expr[o.to:])
	if hasWord(right, "bool") {
		return raw("it compares with bool, which holds whatever the value")
	}
	l, leftIsNumber := number(left)
	r, rightIsNumber := number(right)
	switch {
	case left == "" || right == "" || leftIsNumber && rightIsNumber:
		return raw("its comparison can't be read")
	case rightIsNumber:
		return condition{expr: expr, left: left, op: o.text, threshold: r}
	case leftIsNumber:
		return condition{expr: expr, left: right, op: flipped[o.text], threshold: l}
	case hasWord(right, "on") || hasWord(right, "ignoring"):
		return raw("it compares series with each other")
	}
	return condition{expr: expr, left: left, op: o.text, threshold: math.NaN(),
		note: "its threshold is no number: " + o.text + " " + oneLine(right)}
}

var flipped = map[string]string{">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// hasWord tells whether s begins with a keyword, in whatever case.
func hasWord(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) && (len(s) == len(word) || !letter(s[len(word)]))
}

func letter(b byte) bool {
	return b == '_' || b == ':' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// unwrapped is what stands between the brackets around the whole of expr; false where there are none.
func unwrapped(expr string) (string, bool) {
	if !strings.HasPrefix(expr, "(") || !strings.HasSuffix(expr, ")") {
		return "", false
	}
	inner := expr[1 : len(expr)-1]
	if _, _, ok := scan(inner); !ok { // (a) > (b)
		return "", false
	}
	return inner, true
}

// blanks are what PromQL skips between words. Other white space, a form feed for one, is no more blank than a letter.
const blanks = " \t\r\n"

// scan drops the comments of a PromQL expression and finds the operators outside all brackets; false when brackets or
// quotes do not match.
func scan(promql string) (expr string, ops []operator, ok bool) {
	var b strings.Builder
	var open []byte
	put := func(s string) { b.WriteString(s) }
	for i := 0; i < len(promql); {
		ch := promql[i]
		rest := promql[i:]
		switch {
		case ch == '#':
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			i += end
			continue
		case ch == '"' || ch == '\'' || ch == '`':
			n := quotedLen(rest)
			if n == 0 {
				return oneLine(promql), nil, false
			}
			put(rest[:n])
			i += n
			continue
		case strings.IndexByte("([{", ch) >= 0:
			open = append(open, ch)
		case strings.IndexByte(")]}", ch) >= 0:
			if len(open) == 0 || strings.IndexByte("([{", open[len(open)-1]) != strings.IndexByte(")]}", ch) {
				return oneLine(promql), nil, false
			}
			open = open[:len(open)-1]
		case letter(ch):
			n := 1
			for n < len(rest) && letter(rest[n]) {
				n++
			}
			o := operator{text: strings.ToLower(rest[:n]), from: b.Len(), to: b.Len() + n}
			if len(open) == 0 && o.set() {
				ops = append(ops, o)
			}
			put(rest[:n])
			i += n
			continue
		case len(open) == 0 && strings.IndexByte("<>=!", ch) >= 0:
			text := rest[:1]
			if len(rest) > 1 && rest[1] == '=' {
				text = rest[:2]
			}
			if text == "=" || text == "!" {
				return oneLine(promql), nil, false
			}
			ops = append(ops, operator{text: text, from: b.Len(), to: b.Len() + len(text)})
			put(text)
			i += len(text)
			continue
		}
		b.WriteByte(ch)
		i++
	}
	if len(open) > 0 {
		return oneLine(promql), nil, false
	}
	text := b.String()
	expr = strings.TrimLeft(text, blanks)
	shift := len(text) - len(expr)
	for i := range ops {
		ops[i].from -= shift
		ops[i].to -= shift
	}
	return strings.TrimRight(expr, blanks), ops, true
}

// quotedLen is the length of the quoted text that s begins with, quotes included; 0 when it does not end.
func quotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return 0
}

// number is the value of a constant: numbers, durations (in seconds), + - * / and brackets.
func number(s string) (float64, bool) {
	a := arithmetic{rest: s}
	v := a.sum()
	if a.bad || strings.TrimSpace(a.rest) != "" || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// arithmetic reads a constant from the left.
type arithmetic struct {
	rest  string
	bad   bool
	depth int
}

// take takes one of the signs, and 0 where none of them comes next.
func (a *arithmetic) take(signs string) byte {
	a.rest = strings.TrimLeft(a.rest, blanks)
	if a.rest == "" || strings.IndexByte(signs, a.rest[0]) < 0 {
		return 0
	}
	sign := a.rest[0]
	a.rest = a.rest[1:]
	return sign
}

func (a *arithmetic) sum() float64 {
	v := a.product()
	for !a.bad {
		switch a.take("+-") {
		case '+':
			v += a.product()
		case '-':
			v -= a.product()
		default:
			return v
		}
	}
	return v
}

func (a *arithmetic) product() float64 {
	v := a.factor()
	for !a.bad {
		switch a.take("*/") {
		case '*':
			v *= a.factor()
		case '/':
			v /= a.factor()
		default:
			return v
		}
	}
	return v
}

func (a *arithmetic) factor() float64 {
	if a.depth++; a.depth > 100 {
		a.bad = true
		return 0
	}
	defer func() { a.depth-- }()
	switch a.take("+-(") {
	case '+':
		return a.factor()
	case '-':
		return -a.factor()
	case '(':
		v := a.sum()
		if a.take(")") == 0 {
			a.bad = true
		}
		return v
	}
	return a.literal()
}

func (a *arithmetic) literal() float64 {
	n := 0
	for n < len(a.rest) && (letter(a.rest[n]) || n > 0 && (a.rest[n] == '+' || a.rest[n] == '-') && strings.IndexByte("eE", a.rest[n-1]) >= 0 &&
		!strings.HasPrefix(strings.ToLower(a.rest), "0x")) {
		n++
	}
	text := a.rest[:n]
	a.rest = a.rest[n:]
	if text == "" || text[0] != '.' && (text[0] < '0' || text[0] > '9') { // a metric; Inf and NaN are no thresholds
		a.bad = true
		return 0
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return v
	}
	if v, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(v)
	}
	d, err := model.ParseDuration(text)
	a.bad = a.bad || err != nil
	return time.Duration(d).Seconds()
}

// holds puts the comparison into words: "> 500 ms".
func (c condition) holds(format func(float64) string) string {
	if !c.known() {
		return ""
	}
	return fmt.Sprintf("%s %s", c.op, format(c.threshold))
}
