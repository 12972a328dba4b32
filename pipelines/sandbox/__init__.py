"""The demo company: one coherent truth served as a GA4 API, a Mailchimp API and export files."""
