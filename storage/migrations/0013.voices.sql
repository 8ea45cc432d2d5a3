-- Questions as speech: rendered once an interview is published, kept in S3 under the hash of what they were made of.
-- depends: 0009.privacy

CREATE TABLE question_voices (
    organisation_id uuid NOT NULL REFERENCES organisations,
    interview_id uuid NOT NULL,
    question_number integer NOT NULL,
    content bytea NOT NULL CHECK (length(content) = 32), -- sha256 of text, language and engine: the S3 key's last part
    content_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    seconds double precision NOT NULL CHECK (seconds > 0),
    engine text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (interview_id, question_number),
    FOREIGN KEY (organisation_id, interview_id, question_number)
        REFERENCES questions (organisation_id, interview_id, number) ON DELETE CASCADE
);
-- The same question of another interview is not rendered again.
CREATE INDEX question_voices_content ON question_voices (organisation_id, content);

ALTER TABLE question_voices ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation ON question_voices TO parley_app USING (organisation_id = current_organisation())
    WITH CHECK (organisation_id = current_organisation());
CREATE POLICY bound ON question_voices AS RESTRICTIVE TO parley_app USING (
    (current_member() IS NULL OR is_own_interview(interview_id))
    AND (current_session() IS NULL OR interview_id = session_interview()));
GRANT SELECT, INSERT, UPDATE (content, content_type, size, seconds, engine, stored_at) ON question_voices TO parley_app;
