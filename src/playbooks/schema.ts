/** The part of JSON Schema that the variables of our playbooks need. */
export interface VariableSchema {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  description?: string;
  enum?: string[];
  items?: VariableSchema;
  properties?: Record<string, VariableSchema>;
  required?: string[];
  /** false: no other keys; a schema: every other key's value. */
  additionalProperties?: boolean | VariableSchema;
  /** The value is a secret: redact it everywhere. */
  'x-secret'?: boolean;
}
