// Lists the invites that are still valid, and those that have ended and by which somebody is here: what each allows, what was used of it,
// and buttons that end it.

import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { isLimited } from "../../links/terms.ts";
import { useWords } from "../../links/words.ts";
import type { LiveInvite } from "./api.ts";
import styles from "./InviteDialog.module.css";

type Acts = {
	/** True for the invite whose link the dialog shows. */
	isShown(invite: LiveInvite): boolean;
	nameOf(userId: string): string | undefined;
	onRevoke(invite: LiveInvite, withPeople: boolean): void;
};

type Props = Acts & {
	/** `undefined` until they are loaded. */
	invites: readonly LiveInvite[] | undefined;
	problem: string | undefined;
};

export function LiveInvites({ invites, problem, ...acts }: Props) {
	const strings = useStrings();
	const words = useWords();
	const live = invites?.filter(({ isLive }) => isLive);
	const ended = invites?.filter(({ isLive }) => !isLive) ?? [];
	return (
		<section className={styles.live}>
			<h3>{strings.liveInvites}</h3>
			<Problem className={styles.problem}>{problem}</Problem>
			{live?.length === 0 && <p>{strings.noInvites}</p>}
			<ul aria-label={strings.liveInvites}>
				{live?.map((invite) => (
					<Invite key={invite.id} invite={invite} {...acts} />
				))}
			</ul>
			{ended.length > 0 && (
				<>
					<h3>{words.endedLinks}</h3>
					<ul aria-label={words.endedLinks}>
						{ended.map((invite) => (
							<Invite key={invite.id} invite={invite} {...acts} />
						))}
					</ul>
				</>
			)}
		</section>
	);
}

function Invite({ invite, isShown, nameOf, onRevoke }: Acts & { invite: LiveInvite }) {
	const strings = useStrings();
	const words = useWords();
	const { role, uses, maxUses, expiresAt, createdBy, allows, used, isLive } = invite;
	const usage = words.used(used.people, used.questions, used.usd);
	const until = strings.formatDayAndTime(Date.parse(expiresAt));
	const state = isLive ? strings.inviteState(role, uses, maxUses, until) : words.here(usage);
	return (
		<li>
			<span>
				{state}
				{isLimited(role, allows) && (
					<small>
						{words.allows(role, allows).join(" · ")}
						{isLive && used.people > 0 && ` (${usage})`}
					</small>
				)}
				<small>
					<bdi>{strings.by(nameOf(createdBy) ?? strings.somebody)}</bdi>
					{isShown(invite) && ` · ${strings.linkAbove}`}
				</small>
			</span>
			<span className={styles.acts}>
				{used.people > 0 && (
					<button type="button" aria-label={words.removePeopleOf(state)} onClick={() => onRevoke(invite, true)}>
						{words.removePeople}
					</button>
				)}
				{isLive && (
					<button type="button" aria-label={strings.revokeInvite(state)} onClick={() => onRevoke(invite, false)}>
						{strings.revoke}
					</button>
				)}
			</span>
		</li>
	);
}
