/**
 * What the API tells a candidate's page of their session (GET /v1/sitting). Shapes alone: nothing runs here.
 * Times are ISO 8601 in UTC; compare them with page.now(), never with this device's own clock.
 *
 * @typedef {"early" | "notice" | "identity" | "devices" | "answering" | "done" | "expired" | "withdrawn" | "closed"} Stage
 *
 * @typedef {object} InterviewOfSitting
 * @property {string} title
 * @property {"zh" | "en"} language  the language that is spoken; the page's own may differ
 * @property {string} opens_at
 * @property {string} closes_at
 * @property {number} minutes_per_candidate  without extra time
 * @property {number} takes_allowed
 * @property {number} reading_s  with the extra time in it
 * @property {number} questions  how many there are
 *
 * @typedef {object} Accommodation
 * @property {"requested" | "granted" | "declined"} state
 * @property {number} extra_time_percent
 * @property {boolean} audio_only
 * @property {boolean} text_answers
 * @property {string | null} note
 * @property {string | null} reply
 *
 * @typedef {object} CodeAddress
 * @property {"mail" | "sms"} channel
 * @property {string} masked
 *
 * @typedef {object} Identity
 * @property {"off" | "required"} code
 * @property {boolean} verified
 * @property {CodeAddress[]} addresses
 * @property {"off" | "optional" | "required"} face
 * @property {"match" | "no_match" | "unsure" | null} face_verdict
 * @property {boolean} photo_on_file
 *
 * @typedef {object} Take
 * @property {string} id
 * @property {number} number
 * @property {"recording" | "stored" | "abandoned"} state
 * @property {string} content_type
 * @property {string} created_at
 * @property {string | null} deadline_at
 * @property {string | null} stored_at
 * @property {number | null} chunks
 *
 * @typedef {object} Question
 * @property {string} text
 * @property {string} kind
 * @property {number} time_limit_s  with the extra time in it
 *
 * @typedef {object} Answer
 * @property {number} number
 * @property {string | null} asked_at
 * @property {string | null} read_until
 * @property {Question | null} question  null until it is asked
 * @property {{url: string, seconds: number} | null} voice
 * @property {Take[]} takes
 * @property {string | null} answer_take_id
 * @property {number} takes_left
 * @property {string | null} text
 *
 * @typedef {object} Sitting
 * @property {string} now
 * @property {string} session_id
 * @property {string} state
 * @property {Stage} stage
 * @property {string} organisation
 * @property {string} candidate_name
 * @property {InterviewOfSitting} interview
 * @property {string | null} ends_at
 * @property {string | null} submitted_at
 * @property {string | null} device_id
 * @property {{choice: "accept" | "decline_ai", biometrics: boolean} | null} consent
 * @property {boolean} notice_required
 * @property {Accommodation | null} accommodation
 * @property {Identity} identity
 * @property {Answer[]} answers
 */

export {};
