// The people who are banned from a conversation, each with a button that lifts the ban. Shows nothing if there are none.

import { useEffect, useState } from "react";
import { session } from "../../account/currentSession.ts";
import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { type Ban, bansOf, liftBan } from "./api.ts";
import styles from "./MembersDialog.module.css";

export function Bans({ id }: { id: string }) {
	const strings = useStrings();
	const [bans, setBans] = useState<readonly Ban[]>([]);
	const [problem, setProblem] = useState<string>();
	useEffect(() => {
		let isCurrent = true;
		void session.call((token) => bansOf(token, id)).then((result) => isCurrent && "value" in result && setBans(result.value.bans));
		return () => {
			isCurrent = false;
		};
	}, [id]);
	const lift = async ({ userId }: Ban) => {
		const refusal = await session.attempt((token) => liftBan(token, id, userId));
		setProblem(refusal);
		if (refusal === undefined) setBans((bans) => bans.filter((ban) => ban.userId !== userId));
	};
	if (bans.length === 0) return null;
	return (
		<section className={styles.bans}>
			<h3>{strings.bans}</h3>
			<Problem>{problem}</Problem>
			<ul className={styles.members} aria-label={strings.bans}>
				{bans.map((ban) => {
					const { userId, username = userId, bannedAt } = ban;
					return (
						<li key={userId}>
							<span className={styles.banned}>
								<bdi>{username}</bdi>
								<small>{strings.bannedOn(strings.formatDayAndTime(Date.parse(bannedAt)))}</small>
							</span>
							<button type="button" className={styles.remove} aria-label={strings.liftBanOf(username)} onClick={() => lift(ban)}>
								{strings.liftBan}
							</button>
						</li>
					);
				})}
			</ul>
		</section>
	);
}
