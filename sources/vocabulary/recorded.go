package vocabulary

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Recorded is one recorded series as a server has it.
type Recorded struct {
	Expr  string    // of the server's rule; "" where it does not tell its rules
	Since time.Time // it has samples since then, or longer
	// Stopped says why the series is not asked although a rule records it; "": it is asked.
	Stopped string
}

// WithRecorded is v on a server that has these recorded series, by name, and these remarks about them.
func (v *Vocabulary) WithRecorded(series map[string]Recorded, remarks []string) *Vocabulary {
	with := *v
	with.recorded, with.remarks = series, remarks
	return &with
}

// Same tells whether two vocabularies came from the same names and know of the same recorded series.
func (v *Vocabulary) Same(other *Vocabulary) bool {
	return v.name == other.name && v.note == other.note && maps.Equal(v.recorded, other.recorded) && slices.Equal(v.remarks, other.remarks)
}

// Recorded tells since when the server has recorded expr as the series name; false: it has not, or records another
// expression by that name.
func (v *Vocabulary) Recorded(name, expr string) (since time.Time, ok bool) {
	r, ok := v.recorded[name]
	if !ok || r.Stopped != "" || r.Expr != "" && !SameExpr(r.Expr, expr) {
		return time.Time{}, false
	}
	return r.Since, true
}

// Stopped says why a series that a rule records is not asked: the rule isn't evaluated any more; "" of any other.
func (v *Vocabulary) Stopped(name string) string { return v.recorded[name].Stopped }

// Remarks are what the operator should know: how the vocabulary was chosen, and what became of recorded series.
func (v *Vocabulary) Remarks() []string {
	if v.note == "" {
		return v.remarks
	}
	return append([]string{v.note}, v.remarks...)
}

// Remarked are the remarks about recorded series alone.
func (v *Vocabulary) Remarked() []string { return v.remarks }

// RecordedElsewise says that a server records something else by a name than what dlmon would.
func RecordedElsewise(name string) string {
	return fmt.Sprintf("%s is recorded by another expression than dlmon's: not used (compare with dlmon rules)", name)
}

// SameExpr tells whether two PromQL expressions are the same but for white space outside quotes: servers print a rule's
// expression anew.
func SameExpr(a, b string) bool { return squeezed(a) == squeezed(b) }

func squeezed(expr string) string {
	var b strings.Builder
	var quote rune
	escaped := false
	for _, r := range expr {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && r == '\\' && quote != '`':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		case quote == 0 && strings.ContainsRune(" \t\r\n", r):
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
