// The API, shown by Swagger UI from this server's own files.

const { SwaggerUIBundle } = /** @type {any} */ (window);
SwaggerUIBundle({ url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
