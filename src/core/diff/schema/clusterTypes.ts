import { childType } from './typeSchemas.ts';
import type { TypeNode, TypeSchemas } from './typeSchemas.ts';

/**
 * The built-in table as one cluster corrects it: what the cluster publishes decides which fields there are and how lists
 * and maps are merged; the table adds what OpenAPI does not tell, which zeros the API drops and what its Go code fills in.
 */
export function clusterTypes(table: TypeSchemas, published: TypeSchemas): TypeSchemas {
  const made = new Map<TypeNode, TypeNode>();
  return {
    typeOf: (apiVersion, kind) => {
      const [known, theirs] = [table.typeOf(apiVersion, kind), published.typeOf(apiVersion, kind)];
      if (known === undefined || theirs === undefined) return theirs ?? known;
      const type = made.get(theirs) ?? corrected(known, theirs);
      made.set(theirs, type);
      return type;
    },
  };
}

function corrected(known: TypeNode, theirs: TypeNode): TypeNode {
  if (known.kind === 'any' || theirs.kind === 'any') return known;
  if (known.kind === 'struct' && theirs.kind === 'struct') {
    const fields = new Map<string, TypeNode | undefined>();
    const read = (name: string): TypeNode | undefined => {
      const [own, published] = [known.fieldOf(name), theirs.fieldOf(name)];
      return own === undefined || published === undefined ? (own ?? published) : corrected(own, published);
    };
    return {
      ...known,
      isAtomic: theirs.isAtomic,
      fieldOf: (name) => {
        if (!fields.has(name)) fields.set(name, read(name));
        return fields.get(name);
      },
    };
  }
  if (known.kind === 'list' && theirs.kind === 'list') {
    return { ...theirs, items: corrected(known.items, childType(theirs, 0)) };
  }
  if (known.kind === 'map' && theirs.kind === 'map') {
    return { ...theirs, values: corrected(known.values, theirs.values) };
  }
  return known.kind === theirs.kind ? known : theirs;
}
