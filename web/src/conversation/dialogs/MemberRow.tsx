// A member in the members dialog. Owners see controls for the role and for removal.

import { type MemberRole, roleSchema } from "../../../../src/protocol/conversation.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { useWords } from "../../links/words.ts";
import { hueOf } from "../../people/person.ts";
import type { Present } from "../../people/roster.ts";
import styles from "./MembersDialog.module.css";

type Props = { member: Present; isYou: boolean; canManage: boolean; onRole(role: MemberRole): void; onLift(): void; onRemove(): void };

export function MemberRow({ member: { userId, username, role, may, isHere }, isYou, canManage, onRole, onLift, onRemove }: Props) {
	const strings = useStrings();
	const words = useWords();
	return (
		<li data-hue={hueOf(userId)} data-here={isHere}>
			<span className={styles.name}>
				<bdi>{isYou ? strings.you(username) : username}</bdi>
				{isHere !== undefined && <small>{isHere ? strings.here : strings.away}</small>}
			</span>
			{canManage ? (
				<select aria-label={strings.roleOf(username)} value={role} onChange={({ target }) => onRole(target.value as MemberRole)}>
					{roleSchema.options.toReversed().map((role) => (
						<option key={role} value={role}>
							{strings.roles[role]}
						</option>
					))}
				</select>
			) : (
				<span className={styles.role}>{strings.roles[role]}</span>
			)}
			{may && <small className={styles.may}>{words.left(may).join(" · ")}</small>}
			{may && canManage && (
				<button type="button" className={styles.remove} aria-label={words.liftOf(username)} onClick={onLift}>
					{words.lift}
				</button>
			)}
			{canManage && !isYou && (
				<button type="button" className={styles.remove} aria-label={strings.removeMember(username)} onClick={onRemove}>
					{strings.remove}
				</button>
			)}
		</li>
	);
}
