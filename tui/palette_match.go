package tui

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// finding is an entry that was found: its index among all of them, tenants last, and how well it matches.
type finding struct {
	index int
	score int
}

// entry is the one that h found.
func (p *palette) entry(h finding) *entry {
	if h.index < len(p.entries) {
		return &p.entries[h.index]
	}
	return &p.tenants[h.index-len(p.entries)]
}

// search finds what is typed, the best first. Without anything typed, everything is found, what was run last first.
func (p *palette) search() {
	words := strings.Fields(strings.ToLower(p.input.Text))
	recent := make(map[string]int, len(p.recent)) // how recent, more is more
	for i, id := range p.recent {
		recent[id] = len(p.recent) - i
	}
	n := len(p.entries) + len(p.tenants)
	p.found = p.found[:0]
	for i := range n {
		h := finding{index: i}
		e := p.entry(h)
		if len(words) > 0 {
			var ok bool
			if h.score, ok = match(e, words); !ok {
				continue
			}
		}
		// It is made out for the few that can be recent, not for ten thousand tenants.
		if len(recent) > 0 && (e.kind != kindTenant || recentTenant(p.recent, e.title)) {
			h.score += recent[e.id()]
		}
		p.found = append(p.found, h)
	}
	if len(words) == 0 && len(recent) == 0 {
		return // they stand in their order already
	}
	slices.SortFunc(p.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.index, b.index))
	})
}

// recentTenant tells whether a tenant is among the ids of what was run last.
func recentTenant(recent []string, name string) bool {
	for _, id := range recent {
		if rest, ok := strings.CutPrefix(id, "tenant\x00"); ok && strings.HasPrefix(rest, name) {
			return true
		}
	}
	return false
}

// How well a word matches, from the best: at the very beginning, at the beginning of a word, somewhere, or as letters
// in that order with others between. What is recent counts less than any of these steps.
const (
	begins    = 4000
	wordBegin = 3000
	contains  = 2000
	scattered = 1000
)

// match tells whether all words match an entry, or name its kind, and how well.
func match(e *entry, words []string) (int, bool) {
	total := 0
	for _, w := range words {
		score, ok := fuzzy(e.text, w)
		if w == e.kind.String() { // "tenant acme" is no alert of that tenant
			score, ok = begins, true
		}
		if !ok {
			return 0, false
		}
		total += score
	}
	total = total*10 - min(len(e.text), 200)*2 // of two that match alike the shorter one is more likely meant
	if e.away {
		total -= 500 // however long what is here
	}
	return total, true
}

// fuzzy tells whether a word matches a text, both in lower case, and how well.
func fuzzy(text, word string) (int, bool) {
	if i := strings.Index(text, word); i >= 0 {
		best := contains
		for at := i; at >= 0; {
			if at == 0 {
				return begins, true
			}
			if before, _ := utf8.DecodeLastRuneInString(text[:at]); !unicode.IsLetter(before) && !unicode.IsDigit(before) {
				return wordBegin, true
			}
			next := strings.Index(text[at+1:], word)
			if next < 0 {
				break
			}
			at += 1 + next
		}
		return best, true
	}
	// Letters in order: the closer together, the better.
	first, last, at := -1, 0, 0
	for _, r := range word {
		i := strings.IndexRune(text[at:], r)
		if i < 0 {
			return 0, false
		}
		at += i
		if first < 0 {
			first = at
		}
		last = at
		at += utf8.RuneLen(r)
	}
	gaps := last - first + 1 - len(word)
	if gaps > len(word) { // such a match is none that anybody would see
		return 0, false
	}
	return max(0, scattered-10*gaps), true
}
