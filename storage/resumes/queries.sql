-- name: announce
INSERT INTO resumes (candidate_id, organisation_id, size, sha256)
VALUES (%(candidate_id)s, current_organisation(), %(size)s, %(sha256)s)
ON CONFLICT (candidate_id) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, state = 'announced', text = NULL,
    skills = '{}', language = NULL, problem = NULL, created_at = now()

-- name: resume
SELECT candidate_id, size, encode(sha256, 'hex') AS sha256, state, text, skills, language, problem, created_at
FROM resumes WHERE candidate_id = %(candidate_id)s

-- name: store
UPDATE resumes SET state = 'stored'
WHERE candidate_id = %(candidate_id)s AND sha256 = %(sha256)s AND state = 'announced'

-- name: keep
UPDATE resumes SET state = %(state)s, text = %(text)s, skills = %(skills)s, language = %(language)s, problem = %(problem)s
WHERE candidate_id = %(candidate_id)s AND sha256 = %(sha256)s AND state = 'stored'
