/** feature/*: the optional features of an image. */
import * as z from 'zod';
import { imageResultSchema, request } from './messages.ts';
import {
  customPropertySchema, detailed, like, nameSchema, ofImage, onePackageAtMost, packageShape, restartTypeSchema, sourcesSchema,
} from './session.ts';

/** States of features, as the in-box cmdlets name them; Unknown is a number that DismTs does not know. */
export const featureStateSchema = z.enum([
  'Disabled', 'DisablePending', 'Enabled', 'EnablePending', 'Superseded', 'PartiallyInstalled', 'DisabledWithPayloadRemoved', 'Unknown',
]);
export type FeatureState = z.infer<typeof featureStateSchema>;

/** The in-box BasicFeatureObject (DismFeature). */
export const featureSchema = z.object({ featureName: z.string(), state: featureStateSchema });
export type Feature = z.infer<typeof featureSchema>;

/** The in-box AdvancedFeatureObject (DismFeatureInfo). */
export const featureInfoSchema = featureSchema.extend({
  displayName: z.string(),
  description: z.string(),
  restartRequired: restartTypeSchema,
  customProperties: z.array(customPropertySchema),
});
export type FeatureInfo = z.infer<typeof featureInfoSchema>;

/**
 * The optional features of an image, of a package, or the one of that name. Without a package: of the foundation package.
 * The file of a package needs the native engine. DismGetFeatures, DismGetFeatureInfo.
 */
export const getFeatures = request('feature/get', () => ofImage({ featureName: nameSchema.optional(), ...packageShape, detailed, like }).refine(...onePackageAtMost),
  () => imageResultSchema.extend({ features: z.array(z.union([featureInfoSchema, featureSchema])) }));

/** The features that must be enabled before this one can be. DismGetFeatureParent. */
export const getFeatureParent = request('feature/getParent', () => ofImage({ featureName: nameSchema, ...packageShape }).refine(...onePackageAtMost),
  () => imageResultSchema.extend({ features: z.array(featureSchema) }));

/** Enables a feature. DismEnableFeature. Cancellable. */
export const enableFeature = request('feature/enable', () => ofImage({
  featureName: nameSchema,
  /** The package that it is of; without one the foundation package. */
  packageName: nameSchema.optional(),
  /** The features that it needs, too. */
  all: z.boolean().optional(),
  /** Do not ask Windows Update for what is missing. */
  limitAccess: z.boolean().optional(),
  sources: sourcesSchema.default([]),
}), () => imageResultSchema);

/** Disables a feature. DismDisableFeature. Cancellable. */
export const disableFeature = request('feature/disable', () => ofImage({
  featureName: nameSchema,
  packageName: nameSchema.optional(),
  /** Drop its payload, too. */
  remove: z.boolean().optional(),
}), () => imageResultSchema);
