"""How much each member counts: content first, delivery least."""

from collections.abc import Mapping

from models.scoring.member import Member
from models.scoring.question import QuestionKind

# Starting values of this project, in the order that research on structured interviews suggests (what is said against
# behavioural anchors carries the validity: Campion, Palmer and Campion 1997); outcomes have not tuned them yet.
# A member that does not apply to a question leaves its weight to the others.
WEIGHTS: Mapping[QuestionKind, Mapping[Member, float]] = {
    "structured": {"coverage": 0.45, "keywords": 0.10, "structure": 0.20, "relevance": 0.15, "delivery": 0.10},
    "situational": {"coverage": 0.60, "keywords": 0.10, "structure": 0.0, "relevance": 0.20, "delivery": 0.10},
    "skill": {"coverage": 0.70, "keywords": 0.15, "structure": 0.0, "relevance": 0.10, "delivery": 0.05},
}
