// The field that finds members by name.

import { useStrings } from "../languages/useStrings.ts";

export function MemberSearch({ onSearch }: { onSearch(text: string): void }) {
	const { findMember } = useStrings();
	return (
		<input type="search" dir="auto" aria-label={findMember} placeholder={findMember} onChange={({ target }) => onSearch(target.value)} />
	);
}
