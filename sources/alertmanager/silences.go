package alertmanager

import (
	"context"
	"time"

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
			continue
		}
		s.Matchers = append(s.Matchers, sources.Matcher{
			Name: sources.CleanName(*m.Name), Value: sources.Clean(*m.Value),
			Regex:    m.IsRegex != nil && *m.IsRegex,
			Negative: m.IsEqual != nil && !*m.IsEqual,
		})
	}
	return s
}
