-- needs 5
-- When the cluster took over the reminders that the embedded engine left among its states; null if it has not yet.
ALTER TABLE orderactors.cluster ADD COLUMN reminders_taken timestamptz;
