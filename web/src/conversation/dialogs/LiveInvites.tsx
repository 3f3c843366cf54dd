// Lists the invites that are still valid, each with a button that revokes it.

import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import type { LiveInvite } from "./api.ts";
import styles from "./InviteDialog.module.css";

type Props = {
	/** `undefined` until they are loaded. */
	invites: readonly LiveInvite[] | undefined;
	problem: string | undefined;
	/** True for the invite whose link the dialog shows. */
	isShown(invite: LiveInvite): boolean;
	nameOf(userId: string): string | undefined;
	onRevoke(invite: LiveInvite): void;
};

export function LiveInvites({ invites, problem, isShown, nameOf, onRevoke }: Props) {
	const strings = useStrings();
	return (
		<section className={styles.live}>
			<h3>{strings.liveInvites}</h3>
			<Problem className={styles.problem}>{problem}</Problem>
			{invites?.length === 0 && <p>{strings.noInvites}</p>}
			<ul aria-label={strings.liveInvites}>
				{invites?.map((invite) => {
					const { role, uses, maxUses, expiresAt, createdBy } = invite;
					const state = strings.inviteState(role, uses, maxUses, strings.formatDayAndTime(Date.parse(expiresAt)));
					return (
						<li key={invite.id}>
							<span>
								{state}
								<small>
									<bdi>{strings.by(nameOf(createdBy) ?? strings.somebody)}</bdi>
									{isShown(invite) && ` · ${strings.linkAbove}`}
								</small>
							</span>
							<button type="button" aria-label={strings.revokeInvite(state)} onClick={() => onRevoke(invite)}>
								{strings.revoke}
							</button>
						</li>
					);
				})}
			</ul>
		</section>
	);
}
