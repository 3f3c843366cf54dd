// What an invite offers, before somebody accepts it.

import styles from "../pages/pages.module.css";
import type { Preview } from "./api.ts";
import own from "./links.module.css";
import { isLimited } from "./terms.ts";
import { useWords } from "./words.ts";

/** Without `onJoin`, there is nobody yet who could accept. */
export function Offer({ offer: { title, invitedBy, role, allows }, onJoin }: { offer: Preview; onJoin?: () => void }) {
	const words = useWords();
	return (
		<section className={own.offer}>
			{onJoin ? <h1 dir="auto">{words.invitesYou(invitedBy, title)}</h1> : <p dir="auto">{words.invitesYou(invitedBy, title)}</p>}
			{isLimited(role, allows) && (
				<>
					<p>{words.youMay}</p>
					<ul>
						{words.youCan(role, allows).map((part) => (
							<li key={part}>{part}</li>
						))}
					</ul>
				</>
			)}
			{onJoin && (
				<button type="button" className={styles.primary} onClick={onJoin} ref={(button) => button?.focus()}>
					{words.join}
				</button>
			)}
		</section>
	);
}
