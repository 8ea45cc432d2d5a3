-- name: backlog
SELECT count(*) FILTER (WHERE jobs.status = 'todo') AS waiting,
       count(*) FILTER (WHERE jobs.status = 'doing') AS working,
       coalesce(extract(epoch FROM now() - min(queued.at) FILTER (WHERE jobs.status = 'todo')), 0)::float8 AS oldest_s
FROM procrastinate_jobs jobs
LEFT JOIN procrastinate_events queued ON queued.job_id = jobs.id AND queued.type = 'deferred'
WHERE jobs.queue_name = %(queue)s
  AND (jobs.status = 'doing' OR jobs.status = 'todo' AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now()))
