// Who may be meant by a name that is being written. The focus stays in the field, which says what is selected.

import { claude, type Person } from "../../../src/protocol/person.ts";
import { hueOf } from "../person.ts";
import { strings } from "../strings.ts";
import styles from "./CompletionList.module.css";

type Props = {
	id: string;
	options: readonly Person[];
	selected: number;
	optionId(person: Person): string;
	onChoose(person: Person): void;
};

export function CompletionList({ id, options, selected, optionId, onChoose }: Props) {
	return (
		<div id={id} role="listbox" aria-label={strings.suggestions} className={styles.list}>
			{options.map((person, index) => (
				// biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has the focus and the keys.
				<div
					key={person.userId}
					id={optionId(person)}
					role="option"
					aria-selected={index === selected}
					data-hue={hueOf(person.userId)}
					// The field keeps the focus.
					onMouseDown={(event) => event.preventDefault()}
					onClick={() => onChoose(person)}
				>
					<bdi>{person.username}</bdi>
					{person.userId === claude.userId && <small>{strings.asksClaude}</small>}
				</div>
			))}
		</div>
	);
}
