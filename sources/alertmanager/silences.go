package alertmanager

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/client/silence"
	"github.com/prometheus/alertmanager/api/v2/models"

	"dlmon/sources"
)

// Silences lists the silences that Alertmanager knows, those that have expired lately among them.
func (c *Client) Silences(ctx context.Context) ([]sources.Silence, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ok, err := c.silences.GetSilences(silence.NewGetSilencesParamsWithContext(ctx))
	if err != nil {
		return nil, fault("silences", err)
	}
	out := make([]sources.Silence, 0, len(ok.Payload))
	for _, s := range ok.Payload {
		if s != nil {
			out = append(out, silenceOf(s))
		}
	}
	return out, nil
}

func silenceOf(g *models.GettableSilence) sources.Silence {
	var s sources.Silence
	if g.ID != nil {
		s.ID = sources.CleanName(*g.ID)
	}
	if g.Status != nil && g.Status.State != nil {
		s.State = sources.SilenceState(sources.CleanName(*g.Status.State))
	}
	if g.StartsAt != nil {
		s.StartsAt = time.Time(*g.StartsAt)
	}
	if g.EndsAt != nil {
		s.EndsAt = time.Time(*g.EndsAt)
	}
	if g.UpdatedAt != nil {
		s.UpdatedAt = time.Time(*g.UpdatedAt)
	}
	if g.CreatedBy != nil {
		s.CreatedBy = sources.Clean(*g.CreatedBy)
	}
	if g.Comment != nil {
		s.Comment = sources.Clean(*g.Comment)
	}
	for _, m := range g.Matchers {
		if m == nil || m.Name == nil || m.Value == nil {
			s.Altered = true
			continue
		}
		own := sources.Matcher{
			Name: sources.CleanName(*m.Name), Value: sources.Clean(*m.Value),
			Regex:    m.IsRegex != nil && *m.IsRegex,
			Negative: m.IsEqual != nil && !*m.IsEqual,
		}
		s.Altered = s.Altered || own.Name != *m.Name || own.Value != *m.Value
		s.Matchers = append(s.Matchers, own)
	}
	return s
}

// SetSilence creates a silence, or changes the one whose ID it has, and returns the ID that it has now. What
// Alertmanager can't change (other matchers, a silence that has expired meanwhile) it makes a new one of.
func (c *Client) SetSilence(ctx context.Context, s sources.Silence) (string, error) {
	asked := "create silence"
	if s.ID != "" {
		asked = "change silence " + s.ID
	}
	if s.Altered {
		return "", &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: "its matchers hold characters that dlmon does not show", Advice: "change it with amtool"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if s.StartsAt.IsZero() {
		// What begins in the past begins now, by Alertmanager's own clock; ours may be ahead of it.
		s.StartsAt = time.Unix(0, 0)
	}
	starts, ends := strfmt.DateTime(s.StartsAt.UTC()), strfmt.DateTime(s.EndsAt.UTC())
	body := &models.PostableSilence{ID: s.ID, Silence: models.Silence{
		Comment: &s.Comment, CreatedBy: &s.CreatedBy, StartsAt: &starts, EndsAt: &ends,
	}}
	for _, m := range s.Matchers {
		equal := !m.Negative
		body.Matchers = append(body.Matchers, &models.Matcher{Name: &m.Name, Value: &m.Value, IsRegex: &m.Regex, IsEqual: &equal})
	}
	ok, err := c.silences.PostSilences(silence.NewPostSilencesParamsWithContext(ctx).WithSilence(body))
	if err != nil {
		return "", silenceFault(asked, s.ID, err)
	}
	if ok.Payload == nil || ok.Payload.SilenceID == "" {
		return "", fault(asked, errors.New("no id of a silence"))
	}
	return sources.CleanName(ok.Payload.SilenceID), nil
}

// ExpireSilence ends a silence now.
func (c *Client) ExpireSilence(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := "expire silence " + id
	if !silenceID.MatchString(id) {
		return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "that is no id of a silence"}
	}
	if _, err := c.silences.DeleteSilence(silence.NewDeleteSilenceParamsWithContext(ctx).WithSilenceID(strfmt.UUID(id))); err != nil {
		return silenceFault(asked, id, err)
	}
	return nil
}

// silenceID is an id as it may stand in a path.
var silenceID = regexp.MustCompile(`^[0-9a-zA-Z-]+$`)

// silenceFault is fault of a request about one silence, which may be unknown without the path being wrong.
func silenceFault(asked, id string, err error) *sources.Error {
	e := fault(asked, err)
	// Until 0.26 Alertmanager answers 500 to the expiry of what it does not know.
	if id != "" && (strings.HasPrefix(e.Reason, "404") || strings.HasSuffix(e.Reason, ": silence not found")) {
		e.Kind, e.Reason, e.Advice = sources.Rejected, "Alertmanager does not know it", "it may have been removed meanwhile"
	}
	return e
}
